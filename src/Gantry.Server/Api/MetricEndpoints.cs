using System.Globalization;
using Gantry.Model.Api;
using Gantry.Server.Agents;
using Gantry.Server.Auth;
using Gantry.Server.Changes;
using Gantry.Server.Metrics;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Api;

/// <summary><c>metrics/…</c>: what jobs use.</summary>
internal sealed class MetricEndpoints(Ledger ledger, MetricStore store)
{
    private const int MostPoints = 1000;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/project/{project_name}/metrics/job/{run_name}", GetAsync).Requires(Access.ProjectMember);

    private async Task GetAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var limit = Number(query, "limit", 1, MostPoints, usual: 1);
        var (replica, number) = (Number(query, "replica_num", 0, int.MaxValue, usual: 0), Number(query, "job_num", 0, int.MaxValue, usual: 0));
        var (after, before) = (Time(query, "after"), Time(query, "before"));
        var (job, host) = ledger.Read(db =>
        {
            var run = Run(db, context.Project().Id, (string)context.Request.RouteValues["run_name"]!, query["run_id"]) ?? throw ApiError.RunNotFound();
            var found = db.Jobs.Where(row => row.RunId == run.Id && row.ReplicaNum == replica && row.JobNum == number).OrderByDescending(row => row.SubmissionNum).FirstOrDefault()
                ?? throw ApiError.Bad($"Run {run.Name} has no job {number} in replica {replica}.");
            return (found, found.InstanceId is { } id && db.Instances.Find(id) is { Facts: not null } instance ? HostViews.Facts(instance) : null);
        });
        await context.WriteAsync(MetricSeries.Of(store.Read(job.Id), host, JobGpus.Of(job), limit, after, before), ApiJson.Default.JobMetrics);
    }

    private static RunRow? Run(GantryDb db, Guid project, string name, string? id)
    {
        if (string.IsNullOrEmpty(id))
            return RunQueries.Find(db, project, name);
        return Guid.TryParse(id, out var runId)
            ? db.Runs.FirstOrDefault(run => run.Id == runId && run.ProjectId == project && run.Name == name)
            : throw Wrong("run_id", id, "a UUID");
    }

    private static int Number(IQueryCollection query, string name, int least, int most, int usual)
    {
        var text = (string?)query[name];
        if (string.IsNullOrEmpty(text))
            return usual;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Wrong(name, text, $"a whole number from {least} to {most}");
    }

    private static DateTimeOffset? Time(IQueryCollection query, string name)
    {
        var text = (string?)query[name];
        if (string.IsNullOrEmpty(text))
            return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : throw Wrong(name, text, "a time as 2026-01-31T10:00:00Z");
    }

    private static ApiError Wrong(string name, string text, string allowed) =>
        ApiError.Unprocessable([("value_error", ["query", name], $"{name} is '{text}'; allowed is {allowed}.")]);
}

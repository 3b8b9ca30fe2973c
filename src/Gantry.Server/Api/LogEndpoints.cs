using System.Globalization;
using Gantry.Model.Api;
using Gantry.Server.Auth;
using Gantry.Server.Changes;
using Gantry.Storage.Logs;
using Gantry.Storage.Rows;

namespace Gantry.Server.Api;

/// <summary><c>logs/poll</c>: pages of a log, as dstack's clients read it.</summary>
internal sealed class LogEndpoints(Ledger ledger, ILogStore logs)
{
    private const int MaxPageBytes = 4 << 20;

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/project/{project_name}/logs/poll", PollAsync).Requires(Access.ProjectMember);

    private async Task PollAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.PollLogsRequest);
        if (request.Limit is < 0 or > 1000)
            throw ApiError.Unprocessable([("value_error", ["body", "limit"], $"limit is {request.Limit}; allowed is 0 to 1000.")]);
        if (request.Descending)
            throw ApiError.Bad("descending: true is not supported yet by this server; read the log from its start.");
        var job = FindJob(context.Project(), request);
        // Gantry's agents keep no second log of a job: what there is to diagnose is in the job's events.
        if (request.Diagnose)
        {
            await context.WriteAsync(new JobSubmissionLogs([]), ApiJson.Default.JobSubmissionLogs);
            return;
        }
        var offset = Offset(request, job.Id);
        var pieces = logs.ReadPieces(job.Id, offset, request.Limit, MaxPageBytes);
        var page = pieces.TakeWhile(piece => request.EndTime is not { } end || piece.ReadAt <= end).ToList();
        var events = page.Select(piece => new LogEvent(piece.ReadAt, "stdout", Convert.ToBase64String(piece.Data.Span))).ToList();
        var next = page.Count > 0 && page.Count == pieces.Count ? page[^1].Offset + page[^1].Data.Length : (long?)null;
        var more = next is { } end && end < logs.Length(job.Id);
        await context.WriteAsync(
            new JobSubmissionLogs(events, null, more ? next!.Value.ToString(CultureInfo.InvariantCulture) : null), ApiJson.Default.JobSubmissionLogs);
    }

    private JobRow FindJob(ProjectRow project, PollLogsRequest request) =>
        ledger.Read(db => db.Jobs
            .Where(job => job.Id == request.JobSubmissionId)
            .Where(job => db.Runs.Any(run => run.Id == job.RunId && run.ProjectId == project.Id && run.Name == request.RunName))
            .FirstOrDefault())
        ?? throw ApiError.RunNotFound();

    private long Offset(PollLogsRequest request, Guid jobId)
    {
        if (request.NextToken is { } token)
        {
            return long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
                ? offset
                : throw ApiError.Unprocessable([("value_error", ["body", "next_token"], $"next_token is '{token}'; it must be one that an earlier page gave.")]);
        }
        return request.StartTime is { } start ? logs.OffsetAt(jobId, start) : 0;
    }
}

using System.Text.Json;
using Gantry.Model.Api;
using Gantry.Model.States;
using Gantry.Server.Auth;
using Gantry.Server.Changes;
using Gantry.Server.Reconcilers;
using Gantry.Storage;
using Gantry.Storage.Logs;
using Gantry.Storage.Rows;

namespace Gantry.Server.Api;

/// <summary>
/// Live streams for those who wait: one run with its log (<c>runs/RUN/follow</c>), and which runs of a project changed
/// (<c>runs/watch</c>).
/// </summary>
internal sealed class FollowEndpoint(Ledger ledger, ChangeFeed feed, ILogStore logs, RunQueries queries)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        var project = routes.MapGroup("/api/project/{project_name}/runs").Requires(Access.ProjectMember);
        project.MapGet("/{run_name}/follow", FollowAsync);
        project.MapGet("/watch", WatchAsync);
    }

    private async Task FollowAsync(HttpContext context)
    {
        var query = FollowQuery.Parse(context.Request.Query);
        var project = context.Project();
        var runName = (string)context.Request.RouteValues["run_name"]!;
        var runId = ledger.Read(db => RunQueries.Find(db, project.Id, runName)?.Id) ?? throw ApiError.RunNotFound();
        var changed = new Signal();
        using var onRun = feed.OnRun(runId, changed);
        var first = Read(runId, query);
        if (first.Attempts.Count == 0 && !query.Follow)
            throw ApiError.Bad($"Run {runName} has no job {query.Job} of replica {query.Replica}; it has no log yet.");
        await using var stream = await EventStream.BeginAsync(context);
        var log = new LogFollower(logs, stream, query);
        RunProgress? told = null;
        IDisposable? onLog = null;
        try
        {
            while (true)
            {
                // The state is read before the log: an end that is read here has its whole log stored already.
                var (progress, attempts) = Read(runId, query);
                if (query.Status && progress != told)
                {
                    told = progress;
                    await stream.SendAsync("status", JsonSerializer.SerializeToUtf8Bytes(progress, ApiJson.Default.RunProgress));
                }
                var current = await log.SendAsync(attempts);
                if (!query.Follow || progress.Status.IsFinished())
                {
                    await stream.SendAsync("end", JsonSerializer.SerializeToUtf8Bytes(progress, ApiJson.Default.RunProgress));
                    return;
                }
                if (current is { } job && log.Subscribed != job)
                {
                    onLog?.Dispose();
                    onLog = feed.OnLog(job, changed);
                    log.Subscribed = job;
                    // What came between the reading and the subscription must not wait for the next piece.
                    continue;
                }
                await stream.WaitAsync(changed);
            }
        }
        finally
        {
            onLog?.Dispose();
        }
    }

    private (RunProgress Progress, IReadOnlyList<JobRow> Attempts) Read(Guid runId, FollowQuery query) => ledger.Read(db =>
    {
        var run = db.Runs.Find(runId)!;
        var attempts = db.Jobs.Where(job => job.RunId == runId && job.ReplicaNum == query.Replica && job.JobNum == query.Job)
            .OrderBy(job => job.SubmissionNum).ToList();
        return (Progress(db, run, attempts), (IReadOnlyList<JobRow>)attempts);
    });

    private RunProgress Progress(GantryDb db, RunRow run, List<JobRow> attempts)
    {
        var latest = attempts.Count > 0 ? attempts[^1] : null;
        var jobs = RunTransitions.LatestSubmission(db, run.Id);
        // A run that failed by another node's fault says so, whichever job is followed.
        var failed = run.Status == "failed" && latest?.Status != "failed" ? jobs.Find(job => job.Status == "failed") : null;
        return new RunProgress
        {
            Status = StateNames.Parse<RunStatus>(run.Status)!.Value,
            StatusMessage = queries.Message(run, jobs),
            TerminationReason = run.TerminationReason,
            Error = run.Error ?? failed?.TerminationMessage ?? latest?.TerminationMessage ?? run.WaitingFor,
            JobSubmissionId = latest?.Id,
            SubmissionNum = latest?.SubmissionNum ?? 0,
            JobStatus = StateNames.Parse<JobStatus>(latest?.Status),
            ExitStatus = failed?.ExitStatus ?? latest?.ExitStatus,
            NextTriggeredAt = run.NextTriggeredAt,
            ImagePull = latest is null ? null : queries.ImagePull(latest),
        };
    }

    private async Task WatchAsync(HttpContext context)
    {
        var changed = new Signal();
        using var subscription = feed.OnProject(context.Project().Id, changed);
        await using var stream = await EventStream.BeginAsync(context);
        // Which runs changed is not kept for each watcher: who is told reads the list again, and so cannot miss any.
        ReadOnlyMemory<byte> data = """{"run_names":[]}"""u8.ToArray();
        while (true)
        {
            await stream.SendAsync("changed", data);
            await stream.WaitAsync(changed);
        }
    }
}

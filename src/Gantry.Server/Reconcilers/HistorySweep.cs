using Gantry.Engine.Runs;
using Gantry.Server.Agents;
using Gantry.Server.Changes;
using Gantry.Server.Metrics;
using Gantry.Storage;
using Gantry.Storage.Logs;
using Gantry.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace Gantry.Server.Reconcilers;

/// <summary>
/// Keeps what happened from piling up for ever: old submissions of runs that are tried again and again, with their logs and metrics, and events of long ago.
/// In small batches, so that nobody waits for it. A row goes before its log: what a kill leaves between the two is a log that nobody finds, never a row
/// that shows a log that is gone.
/// </summary>
internal sealed partial class HistorySweep(Ledger ledger, ILogStore logs, MetricStore metrics, HostViews hosts, TimeProvider time, ILogger<HistorySweep> logger)
{
    private const int Batch = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BetweenBatches = TimeSpan.FromMilliseconds(50);

    /// <summary>Events are kept for so long.</summary>
    public static readonly TimeSpan EventsKept = TimeSpan.FromDays(30);

    public async Task RunAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Pause, time, stoppingToken);
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e);
            }
        }
    }

    /// <summary>Removes all that may go.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var run in ledger.Read(Long))
        {
            while (await ledger.CommitAsync((db, _) => RemoveSubmissions(db, run), cancellationToken) is { Count: > 0 } removed)
            {
                foreach (var job in removed)
                {
                    logs.Delete(job);
                    metrics.Delete(job);
                }
                await Task.Delay(BetweenBatches, time, cancellationToken);
            }
        }
        while (ledger.Read(db => db.Events.Any(row => row.RecordedAt < ledger.Now - EventsKept)) && await ledger.CommitAsync((db, _) => RemoveEvents(db), cancellationToken))
            await Task.Delay(BetweenBatches, time, cancellationToken);
    }

    // Of the index of submissions alone.
    private static List<Guid> Long(GantryDb db) => [.. db.Jobs.Where(job => job.JobNum == 0 && job.ReplicaNum == 0).GroupBy(job => job.RunId)
        .Where(group => group.Count() > OldSubmissions.Kept + 1).Select(group => group.Key)];

    private List<Guid> RemoveSubmissions(GantryDb db, Guid runId)
    {
        var latest = db.Jobs.Where(job => job.RunId == runId).Max(job => job.SubmissionNum);
        var old = db.Jobs.Where(job => job.RunId == runId && job.SubmissionNum > 0 && job.SubmissionNum <= latest - OldSubmissions.Kept)
            .OrderBy(job => job.SubmissionNum).Take(Batch).ToList()
            .Where(job => OldSubmissions.MayGo(job.SubmissionNum, latest, job.FinishedAt, ledger.Now) && IsSettled(db, job)).ToList();
        db.Jobs.RemoveRange(old);
        return [.. old.Select(job => job.Id)];
    }

    // A host that is away may have something of it still, which would be unknown then.
    private bool IsSettled(GantryDb db, JobRow job) =>
        job.InstanceId is not { } id || hosts.IsConnected(id) || db.Instances.Find(id) is null or { DeletedAt: not null } or { Status: "terminated" };

    private bool RemoveEvents(GantryDb db)
    {
        var before = ledger.Now - EventsKept;
        var old = db.Events.Include(row => row.Targets).Where(row => row.RecordedAt < before).OrderBy(row => row.RecordedAt).Take(Batch).ToList();
        db.Events.RemoveRange(old);
        return old.Count > 0;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Removing old submissions and events failed; it is tried again in ten minutes.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}

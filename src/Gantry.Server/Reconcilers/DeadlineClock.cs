using Gantry.Server.Changes;

namespace Gantry.Server.Reconcilers;

/// <summary>
/// Looks at a run when its next deadline comes (max_duration, a schedule, a retry's backoff) although nothing happened.
/// Sleeps exactly until the earliest one; woken when an earlier one is set.
/// </summary>
internal sealed partial class DeadlineClock(Ledger ledger, ChangeFeed feed, RunTransitions transitions, TimeProvider time, ILogger<DeadlineClock> logger)
{
    private const int Batch = 100;
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await AdvanceAsync(due: true, stoppingToken);
                var next = ledger.Read(db => db.Runs.Where(run => run.WakeAt != null && run.DeletedAt == null).Min(run => run.WakeAt));
                await feed.Deadlines.WaitAsync(next - ledger.Now, time, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e);
                await Task.Delay(AfterFailure, time, stoppingToken);
            }
        }
    }

    /// <summary>Takes every unfinished run on once: at the start, for what became due while no server ran.</summary>
    public Task AdvanceAllAsync(CancellationToken cancellationToken) => AdvanceAsync(due: false, cancellationToken);

    private async Task AdvanceAsync(bool due, CancellationToken cancellationToken)
    {
        var now = ledger.Now;
        var runs = ledger.Read(db => db.Runs
            .Where(run => due ? run.WakeAt <= now : run.Status != "terminated" && run.Status != "failed" && run.Status != "done")
            .Where(run => run.DeletedAt == null)
            .Select(run => run.Id).ToList());
        foreach (var batch in runs.Chunk(Batch))
        {
            await ledger.CommitAsync(
                (db, changes) =>
                {
                    foreach (var run in batch)
                        transitions.Advance(db, changes, run, ledger.Now);
                },
                cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Looking at runs whose deadline has come failed; nothing of it was kept and it is done again.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}

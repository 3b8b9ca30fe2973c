using Gantry.Engine.Volumes;
using Gantry.Server.Changes;
using Gantry.Server.Volumes;
using Gantry.Storage;

namespace Gantry.Server.Reconcilers;

/// <summary>
/// Deletes volumes whose <c>auto_cleanup_duration</c> is over. Goes by the rows alone: sleeps until the next is due, and is woken when a volume is made or
/// a job that had one ends. What has to be done on hosts is the sessions' with their agents.
/// </summary>
internal sealed partial class VolumeKeeper(Ledger ledger, ChangeFeed feed, VolumeUse use, TimeProvider time, ILogger<VolumeKeeper> logger)
{
    private static readonly TimeSpan Sweep = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>Until the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var due = ledger.Read(db => Due(db).Select(volume => volume.At).DefaultIfEmpty(DateTimeOffset.MaxValue).Min());
                if (due <= ledger.Now)
                    due = await ledger.CommitAsync(DeleteDue, stoppingToken);
                var wait = due - ledger.Now;
                await feed.Volumes.WaitAsync(wait < Sweep ? wait : Sweep, time, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e);
                await Task.Delay(AfterFailure, time, stoppingToken);
            }
        }
    }

    private DateTimeOffset DeleteDue(GantryDb db, ChangeSet changes)
    {
        var next = DateTimeOffset.MaxValue;
        foreach (var (id, at) in Due(db))
        {
            if (at > ledger.Now)
                next = at < next ? at : next;
            // A run of the queue that names it will have it soon; when that has ended, it is counted anew.
            else if (db.Volumes.Find(id) is { } row && use.Users(db, row).Count == 0)
                VolumeSubmission.Delete(db, changes, row, "Volume is to be deleted: auto_cleanup_duration is over", ledger.Now, actor: null);
        }
        return next;
    }

    private static List<(Guid Id, DateTimeOffset At)> Due(GantryDb db)
    {
        var rows = db.Volumes.Where(row => row.DeletedAt == null && row.DeletingAt == null).AsEnumerable().Where(row => VolumeDefinitions.Of(row).AutoCleanupDuration is { IsOff: false }).ToList();
        if (rows.Count == 0)
            return [];
        var used = VolumeUse.Runs(db, [.. rows.Select(row => row.Id)]).Select(run => run.VolumeId).ToHashSet();
        return [.. rows.Select(row => (row.Id, At: VolumeCleanup.DueAt(VolumeDefinitions.Of(row), row.CreatedAt, row.LastUsedAt, used.Contains(row.Id)))).Where(row => row.At is not null).Select(row => (row.Id, row.At!.Value))];
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Looking for volumes to delete failed; nothing of it was kept and it is done again.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}

using Gantry.Model.Api;
using Gantry.Model.States;
using Gantry.Server.Changes;
using Gantry.Server.Reconcilers;
using Gantry.Storage;
using Gantry.Storage.Blobs;
using Microsoft.EntityFrameworkCore;

namespace Gantry.Server.Content;

/// <summary>
/// Removes uploads that no unfinished run needs and that nobody asked for within a day: first their rows, then, where no row names a blob any
/// more, the blob. An upload that comes in between gives its blob a new time, and blobs stay for an hour after that whatever the rows say.
/// </summary>
internal sealed partial class BlobSweep(Ledger ledger, IBlobStore blobs, RunDefinitions definitions, TimeProvider time, ILogger<BlobSweep> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);
    private static readonly TimeSpan KeptWithoutRow = TimeSpan.FromHours(1);

    public async Task RunAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e);
            }
            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var unused = ledger.Now - Kept;
        if (ledger.Read(db => db.FileArchives.Any(row => row.UsedAt < unused) || db.RepoCodes.Any(row => row.UsedAt < unused)))
            await ledger.CommitAsync((db, _) => Forget(db, unused), cancellationToken);
        var stored = blobs.All();
        if (stored.Count == 0)
            return;
        var needed = ledger.Read(db => db.FileArchives.Select(row => row.Hash).Union(db.RepoCodes.Select(row => row.Hash)).ToHashSet());
        foreach (var hash in stored.Where(hash => !needed.Contains(hash)))
            blobs.DeleteIfOlder(hash, ledger.Now - KeptWithoutRow);
    }

    private void Forget(GantryDb db, DateTimeOffset unused)
    {
        var specs = Unfinished(db);
        var archives = specs.SelectMany(spec => spec.FileArchives).Select(file => file.Id).ToHashSet();
        var codes = specs.Select(spec => spec.RepoCodeHash).OfType<string>().ToHashSet();
        db.FileArchives.RemoveRange(db.FileArchives.Where(row => row.UsedAt < unused).AsEnumerable().Where(row => !archives.Contains(row.Id)));
        db.RepoCodes.RemoveRange(db.RepoCodes.Where(row => row.UsedAt < unused).AsEnumerable().Where(row => !codes.Contains(row.Hash)));
    }

    // A run that has not ended may start its jobs once more.
    private List<RunSpec> Unfinished(GantryDb db)
    {
        var (done, failed, terminated) = (RunStatus.Done.WireName(), RunStatus.Failed.WireName(), RunStatus.Terminated.WireName());
        var runs = db.Runs.AsNoTracking().Where(run => run.Status != done && run.Status != failed && run.Status != terminated && run.DeletedAt == null).ToList();
        return [.. runs.Select(run => definitions.Get(run).Spec)];
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Removing uploads that nobody needs failed; it is tried again in an hour.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}

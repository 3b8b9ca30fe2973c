using Gantry.Model.Link;
using Gantry.Server.Changes;
using Gantry.Server.Reconcilers;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Volumes;

/// <summary>Takes agents' words about volumes into the rows.</summary>
internal sealed class VolumeObservations(Ledger ledger)
{
    public Task StoreAsync(InstanceRow host, ObservedVolumes observed, CancellationToken cancellation) => ledger.CommitAsync(
        (db, changes) =>
        {
            foreach (var volume in observed.Volumes)
            {
                // Another server's may be there, and another host may be mistaken about whose they are.
                if (db.Volumes.Find(volume.VolumeId) is { DeletedAt: null } row && (row.InstanceId == host.Id || (row.InstanceId is null && row.FleetId is not null && row.FleetId == host.FleetId && VolumeDefinitions.IsEverywhere(row))))
                    Store(db, changes, host, row, volume, ledger.Now);
            }
        },
        cancellation);

    private static void Store(GantryDb db, ChangeSet changes, InstanceRow host, VolumeRow row, ObservedVolume observed, DateTimeOffset now)
    {
        if (observed.UsedBytes is not null || observed.FreeBytes is not null)
        {
            row.UsedBytes = observed.UsedBytes ?? row.UsedBytes;
            row.FreeBytes = observed.FreeBytes ?? row.FreeBytes;
            row.MeasuredAt = now;
        }
        switch (observed.State)
        {
            case VolumeCondition.Deleted when row.DeletingAt is not null:
                VolumeSubmission.End(db, changes, row, now, actor: null);
                break;
            case VolumeCondition.Failed when row.DeletingAt is not null:
                row.StatusMessage = $"Not deleted yet from host {host.Name}: {observed.Error}";
                break;
            case VolumeCondition.Failed:
                Fail(db, changes, host, row, observed.Error, now);
                break;
            case VolumeCondition.Ready when row.DeletingAt is null:
                MakeReady(db, changes, host, row, now);
                break;
        }
    }

    private static void MakeReady(GantryDb db, ChangeSet changes, InstanceRow host, VolumeRow row, DateTimeOffset now)
    {
        row.MadeAt ??= now;
        if (row.StatusMessage?.StartsWith(On(host), StringComparison.Ordinal) == true || row.InstanceId is not null)
            row.StatusMessage = null;
        Become(db, changes, row, "active", null, now);
    }

    // Where every host of a fleet should have it, one that does not have it does not keep jobs from the others.
    private static void Fail(GantryDb db, ChangeSet changes, InstanceRow host, VolumeRow row, string? why, DateTimeOffset now)
    {
        row.StatusMessage = $"{On(host)}{why}";
        if (row.InstanceId is not null || row.MadeAt is null)
            Become(db, changes, row, "failed", row.StatusMessage, now);
    }

    private static void Become(GantryDb db, ChangeSet changes, VolumeRow row, string status, string? why, DateTimeOffset now)
    {
        if (row.Status == status)
            return;
        EventLog.Volume(db, changes, row, $"Volume status changed {row.Status.ToUpperInvariant()} -> {status.ToUpperInvariant()}{(why is null ? "" : $": {why}")}", now, actor: null);
        row.Status = status;
        row.LastProcessedAt = now;
        changes.Queue = true;
    }

    private static string On(InstanceRow host) => $"Host {host.Name}: ";
}

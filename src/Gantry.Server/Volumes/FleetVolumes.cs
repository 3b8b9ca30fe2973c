using Gantry.Server.Api;
using Gantry.Server.Changes;
using Gantry.Server.Reconcilers;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Volumes;

/// <summary>Volumes and the fleets that hold them: a host does not leave with somebody's data on it.</summary>
internal static class FleetVolumes
{
    /// <summary>Refuses to give back hosts that hold volumes, and fleets that all of their hosts' volumes name. Only of a host that cannot be reached, what is to be deleted anyway is given up.</summary>
    public static void RefuseHolding(GantryDb db, IReadOnlyList<InstanceRow> hosts, IReadOnlyList<FleetRow> fleets, string unchanged)
    {
        var hostIds = hosts.Select(host => host.Id).ToList();
        var lost = hosts.Where(host => host.UnreachableSince is not null).Select(host => host.Id).ToHashSet();
        var fleetIds = fleets.Select(fleet => fleet.Id).ToList();
        var held = db.Volumes
            .Where(row => row.DeletedAt == null && ((row.InstanceId != null && hostIds.Contains(row.InstanceId.Value)) || (row.FleetId != null && fleetIds.Contains(row.FleetId.Value)))).AsEnumerable()
            .Where(row => row.DeletingAt is null || row.InstanceId is not { } host || !lost.Contains(host)).OrderBy(row => row.Name, StringComparer.Ordinal)
            .GroupBy(row => row.InstanceId is { } host && hosts.FirstOrDefault(known => known.Id == host) is { } known ? known.Name : $"fleet {fleets.FirstOrDefault(fleet => fleet.Id == row.FleetId)?.Name}")
            .Select(group => $"{group.Key} has {string.Join(", ", group.Select(row => row.DeletingAt is null ? row.Name : $"{row.Name} (being deleted)"))}").ToList();
        if (held.Count > 0)
            throw ApiError.Bad($"There are volumes: {string.Join("; ", held)}. {unchanged} Delete these volumes first.");
    }

    /// <summary>A host is given back: what was still to be deleted there is not to be reached any more.</summary>
    public static void Leave(GantryDb db, ChangeSet changes, InstanceRow host, DateTimeOffset now)
    {
        foreach (var row in db.Volumes.Where(row => row.InstanceId == host.Id && row.DeletedAt == null && row.DeletingAt != null).ToList())
        {
            EventLog.Volume(db, changes, row, $"Host {host.Name} was given back before it deleted the volume: {row.Directory} may still be there", now, actor: null);
            VolumeSubmission.End(db, changes, row, now, actor: null);
        }
    }
}

using Gantry.Server.Changes;
using Gantry.Server.Fleets;
using Gantry.Server.Hosting;
using Gantry.Server.Reconcilers;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Volumes;

/// <summary>Which hosts a volume is on, and where there.</summary>
internal sealed class VolumeHosts(ServerHome home)
{
    /// <summary>Puts a volume that has no host yet on this one; the directory is made there.</summary>
    public void Bind(GantryDb db, ChangeSet changes, VolumeRow row, InstanceRow host, DateTimeOffset now, Guid? actor)
    {
        row.InstanceId = host.Id;
        row.Directory ??= Path.Combine(host.Embedded ? home.VolumesDirectory : HostScripts.VolumesDirectory, row.Id.ToString("D"), "data");
        row.StatusMessage = null;
        row.LastProcessedAt = now;
        EventLog.Volume(db, changes, row, $"Volume placed on host {host.Name}", now, actor);
        changes.VolumeHosts.Add(host.Id);
    }

    /// <summary>The volumes that a host has or is to have.</summary>
    public static List<VolumeRow> On(GantryDb db, InstanceRow host)
    {
        var there = db.Volumes.Where(row => row.DeletedAt == null && row.InstanceId == host.Id).ToList();
        if (host.FleetId is { } fleet)
            there.AddRange(db.Volumes.Where(row => row.DeletedAt == null && row.InstanceId == null && row.FleetId == fleet && row.IsExternal).AsEnumerable().Where(VolumeDefinitions.IsEverywhere));
        return there;
    }

    /// <summary>Says that something else is wanted of a volume's hosts.</summary>
    public static void Wake(GantryDb db, ChangeSet changes, VolumeRow row)
    {
        if (row.InstanceId is { } host)
            changes.VolumeHosts.Add(host);
        else if (VolumeDefinitions.IsEverywhere(row))
            changes.VolumeHosts.UnionWith(db.Instances.Where(instance => instance.FleetId == row.FleetId && instance.DeletedAt == null).Select(instance => instance.Id));
    }
}

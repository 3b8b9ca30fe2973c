using Gantry.Model.Configurations;

namespace Gantry.Engine.Volumes;

/// <summary>What of a volume's configuration this version cannot do, each named with its key: never ignored in silence.</summary>
public static class UnsupportedVolumes
{
    /// <summary>The sentences; empty when all can be done.</summary>
    public static IReadOnlyList<string> Of(VolumeConfiguration volume) => [.. Lines(volume)];

    /// <summary>The same of a mount in a run's configuration.</summary>
    public static IEnumerable<string> Of(VolumeMountPoint mount)
    {
        var names = string.Join(", ", mount.Names);
        foreach (var unknown in VolumeNames.Unknown(mount))
            yield return $"volumes: {names}: {unknown} means nothing in the name of a volume. ${{{{ dstack.node_rank }}}} is the number of the node.";
        if (mount.Path.Contains("${{", StringComparison.Ordinal))
            yield return $"volumes: {names}: {mount.Path}: references (${{{{ … }}}}) are not there yet in paths. Write the path.";
        else if (mount.Path.Split('/').Contains("..") || mount.Path.TrimEnd('/').Length == 0)
            yield return $"volumes: {names}: {mount.Path}: no volume can be mounted there. Write a path below / without .. in it.";
    }

    // dstack's own clients can name no other backends than these four: with the region "remote" they mean hosts of one's own, too.
    private static IEnumerable<string> Lines(VolumeConfiguration volume)
    {
        if (volume.Region != VolumeConfiguration.Remote)
        {
            yield return $"backend: {volume.Backend}: volumes are on hosts of one's own; there are no clouds here. Remove `backend` and `region`, or write `region: remote`, which dstack's own client can send.";
            yield break;
        }
        if (volume.Backend != VolumeConfiguration.Remote && volume.AvailabilityZone is { } zone)
            yield return $"availability_zone: {zone}: hosts of one's own have none. Remove it.";
        if (volume.ClaimName is { } claim)
            yield return $"claim_name: {claim}: there is no Kubernetes here. Remove it.";
        if (volume.StorageClassName is { } storage)
            yield return $"storage_class_name: {storage}: there is no Kubernetes here. Remove it.";
        if (volume is { Backend: not VolumeConfiguration.Remote, VolumeId: { } id } && !id.StartsWith('/'))
            yield return $"volume_id: {id}: on hosts of one's own it is the absolute path of an existing directory.";
    }
}

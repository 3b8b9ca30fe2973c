using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Engine.Volumes;

/// <summary>Where a volume can be in a job that is a process, for which nothing can be mounted: behind a link in its working directory.</summary>
public static class MountPaths
{
    /// <summary>The first path of a job's volumes that a process cannot have; null when it can have all.</summary>
    /// <param name="mounts">The job's mounts.</param>
    /// <param name="workingDir">Its working directory; null for one that is made for it.</param>
    public static string? NotForProcesses(IReadOnlyList<MountPoint>? mounts, string? workingDir) =>
        (mounts ?? []).OfType<VolumeMountPoint>().Select(mount => mount.Path).FirstOrDefault(path => !IsInside(path, workingDir));

    private static bool IsInside(string path, string? directory) =>
        MountPointText.IsInside(path)
        || (directory is { Length: > 0 } && path.StartsWith(directory.TrimEnd('/') + "/", StringComparison.Ordinal) && MountPointText.IsInside("." + path[directory.TrimEnd('/').Length..]));
}

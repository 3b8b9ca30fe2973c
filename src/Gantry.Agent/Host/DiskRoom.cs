namespace Gantry.Agent.Host;

/// <summary>Whether the disks that jobs' output goes to have any room left.</summary>
internal static class DiskRoom
{
    /// <summary>Less than this is none; on small disks, less than a hundredth.</summary>
    private const long Least = 64L << 20;

    /// <summary>What is full, as the rest of a sentence; null where nothing is, or it can not be told.</summary>
    /// <param name="spool">The agent's spool.</param>
    /// <param name="docker">Docker's directory, if it said one.</param>
    public static string? Problem(string spool, string? docker) => IsFull(docker)
        ? $"the disk of Docker's directory {docker} is full: Docker drops what containers write, and can make none. Make room (docker system df)"
        : IsFull(spool) ? $"the disk of the agent's spool {spool} is full: output of jobs can not be kept, and none starts. Make room there" : null;

    /// <summary>Whether the disk of a directory is full, as far as it can be told.</summary>
    public static bool IsFull(string? directory)
    {
        if (directory is null)
            return false;
        try
        {
            var disk = new DriveInfo(directory);
            return disk.AvailableFreeSpace < Math.Min(Least, disk.TotalSize / 100);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}

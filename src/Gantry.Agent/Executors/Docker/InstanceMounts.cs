using Gantry.Agent.Content;
using Gantry.Agent.Native;
using Gantry.Model.Link;

namespace Gantry.Agent.Executors.Docker;

/// <summary>
/// Directories of the host that a job mounts (<c>instance_path</c>). One that is not there is made, and belongs to the container's user: Docker would make it
/// root's, and the job that asked for it could not write there. One that is there is left as it is, whoever owns it.
/// </summary>
internal static class InstanceMounts
{
    private const UnixFileMode OwnersToWrite = (UnixFileMode)0b111_101_101;
    // Where the agent may give nothing away: as /tmp is, so that nobody can remove what is another's.
    private const UnixFileMode Everybodys = UnixFileMode.StickyBit | (UnixFileMode)0b111_111_111;

    /// <summary>Makes what is missing. Returns what it made, without the directories above.</summary>
    /// <exception cref="StartRefusedException">One can not be made.</exception>
    public static IReadOnlyList<string> Make(IReadOnlyList<ContainerMount> mounts)
    {
        var made = new List<string>();
        foreach (var mount in mounts.Where(mount => !Path.Exists(mount.Source)))
        {
            try
            {
                Make(mount.Source);
                made.Add(mount.Source);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                if (!mount.Optional)
                    throw new StartRefusedException($"The directory {mount.Source} does not exist on this host and can not be made: {exception.Message}");
            }
        }
        return made;
    }

    /// <summary>Gives what was made to the container's user.</summary>
    public static void Give(IReadOnlyList<string> made, FileOwner owner)
    {
        foreach (var path in made)
        {
            // Root of a container may write wherever it is.
            if (Libc.chown(path, owner.Uid, owner.Gid) != 0 && owner.Uid != 0)
                File.SetUnixFileMode(path, Everybodys);
        }
    }

    // The agent's mask is for its own files.
    private static void Make(string path)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } above && !Path.Exists(above))
            Make(above);
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, OwnersToWrite);
    }
}

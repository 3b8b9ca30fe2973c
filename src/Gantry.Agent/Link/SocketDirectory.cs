using Gantry.Agent.Native;

namespace Gantry.Agent.Link;

/// <summary>The directory under /tmp that takes the socket of a spool with a long path. Anybody may make names in /tmp, so it is used only when it is ours alone.</summary>
internal static class SocketDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes it if it is missing, and verifies it.</summary>
    /// <exception cref="IOException">It is another's, or open to others.</exception>
    public static void Verify(string socketPath, string spoolDirectory)
    {
        var directory = Path.GetDirectoryName(socketPath)!;
        if (directory == spoolDirectory.TrimEnd('/'))
            return;
        Directory.CreateDirectory(directory, OwnerOnly);
        if (Libc.IsOwnDirectory(directory))
            File.SetUnixFileMode(directory, OwnerOnly);
        else
            throw new IOException($"{directory} belongs to another user or is a link: it can not hold the agent's socket. Remove it, or choose a spool with a shorter path.");
    }
}

namespace Gantry.Agent.Executors.Process;

/// <summary>Absolute paths of the host's programs that a job's start needs: a job's own PATH must not change which ones are used.</summary>
internal sealed record HostTools(string Shell, string SetSid, string Cat, string Mv, string? SetPriv)
{
    /// <summary>Finds them on the agent's PATH.</summary>
    /// <exception cref="IOException">One is missing.</exception>
    public static HostTools Find() => new("/bin/sh", Need("setsid"), Need("cat"), Need("mv"), Search("setpriv"));

    private static string Need(string name) =>
        Search(name) ?? throw new IOException($"This host has no program {name} on the PATH: jobs can not be started without it.");

    /// <summary>A program on the agent's PATH, in the usual directories or in these; null when there is none.</summary>
    public static string? Search(string name, params ReadOnlySpan<string> more)
    {
        foreach (var directory in (string[])[.. $"{Environment.GetEnvironmentVariable("PATH")}:{BaseEnvironment.DefaultPath}".Split(':', StringSplitOptions.RemoveEmptyEntries), .. more])
        {
            var path = Path.Combine(directory, name);
            if (Path.IsPathRooted(path) && File.Exists(path) && (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0)
                return path;
        }
        return null;
    }
}

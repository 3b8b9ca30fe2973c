namespace Gantry.Agent.Executors.Process;

/// <summary>What of the agent's own environment jobs get. The rest of it (tokens of whoever started the agent, say) stays here.</summary>
internal static class BaseEnvironment
{
    /// <summary>PATH where the agent itself has none.</summary>
    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly string[] Names = ["PATH", "HOME", "LANG", "USER", "TMPDIR"];

    /// <summary><c>NAME=value</c> each.</summary>
    public static IReadOnlyList<string> Block()
    {
        // Python keeps output back when it is no terminal; a log that comes minutes late helps nobody.
        var block = new List<string> { "PYTHONUNBUFFERED=1" };
        foreach (var name in Names)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                block.Add($"{name}={value}");
            else if (name == "PATH")
                block.Add("PATH=" + DefaultPath);
            else if (name == "HOME")
                block.Add("HOME=" + Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        }
        return block;
    }
}

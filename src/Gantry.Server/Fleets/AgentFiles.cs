using System.Runtime.InteropServices;

namespace Gantry.Server.Fleets;

/// <summary>
/// The agents that can be sent to hosts: for each platform one file that brings its own .NET. The one beside the server is of the server's
/// own platform; others are put into the folder that <c>GANTRY_AGENTS</c> names, as <c>linux-arm64/gantry-agent</c>.
/// </summary>
internal sealed class AgentFiles
{
    public const string Variable = "GANTRY_AGENTS";
    private const string FileName = "gantry-agent";
    private readonly Dictionary<string, string> paths = [];

    public AgentFiles(string serverFolder, string? agentsFolder)
    {
        // With a library beside it, it is the small starter of a build that needs the installed .NET.
        var own = Path.Combine(serverFolder, FileName);
        if (File.Exists(own) && !File.Exists(own + ".dll"))
            paths[RuntimeInformation.RuntimeIdentifier is { } id && id.StartsWith("linux", StringComparison.Ordinal) ? id : "linux-" + Architecture] = own;
        if (agentsFolder is not { Length: > 0 } || !Directory.Exists(agentsFolder))
            return;
        foreach (var folder in Directory.GetDirectories(agentsFolder))
        {
            if (File.Exists(Path.Combine(folder, FileName)))
                paths[Path.GetFileName(folder)] = Path.Combine(folder, FileName);
        }
    }

    public IReadOnlyCollection<string> Platforms => paths.Keys;

    public string? Find(string platform) => paths.GetValueOrDefault(platform);

    private static string Architecture => RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x64";
}

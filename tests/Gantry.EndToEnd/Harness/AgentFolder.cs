using System.Diagnostics;

namespace Gantry.EndToEnd.Harness;

/// <summary>
/// The agent that is sent to hosts: the published one beside the server. A plain build of the sources has none that brings its own .NET; then it is
/// published once beside it, for tests that are run while something is being worked on.
/// </summary>
public static class AgentFolder
{
    private static readonly Lazy<string?> LazyFolder = new(Make);

    /// <summary>The value of <c>GANTRY_AGENTS</c>; null where the build has the agent itself.</summary>
    public static string? Path => LazyFolder.Value;

    private static string? Make()
    {
        if (!File.Exists(System.IO.Path.Combine(Checkout.BuildFolder, "gantry-agent.dll")))
            return null;
        var build = File.ReadAllText(System.IO.Path.Combine(Checkout.BuildFolder, "build-id")).Trim();
        var folder = System.IO.Path.Combine(Checkout.Root, "artifacts", "agents");
        var mark = System.IO.Path.Combine(folder, "build-id");
        if (File.Exists(mark) && File.ReadAllText(mark).Trim() == build)
            return folder;
        using var publish = Process.Start(new ProcessStartInfo("dotnet",
        [
            "publish", "src/Gantry.Agent", "-c", "Debug", "-r", "linux-x64", "-o", System.IO.Path.Combine(folder, "linux-x64"), "-v:q", "-nodeReuse:false",
            $"-p:ArtifactsPath={System.IO.Path.Combine(Checkout.Root, "artifacts", "agent-build")}",
        ])
        { WorkingDirectory = Checkout.Root })!;
        publish.WaitForExit();
        if (publish.ExitCode != 0)
            throw new InvalidOperationException($"dotnet publish src/Gantry.Agent ended with {publish.ExitCode}.");
        File.WriteAllText(mark, build);
        return folder;
    }
}

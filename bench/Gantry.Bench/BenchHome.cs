using System.Diagnostics;
using System.Text.Json;
using Gantry.Client;

namespace Gantry.Bench;

/// <summary>A GANTRY_HOME under /tmp with the server and the agent that live in it; both end, and it goes, when disposed of.</summary>
internal sealed class BenchHome : IAsyncDisposable
{
    /// <summary>An empty home.</summary>
    public BenchHome() => Directory = System.IO.Directory.CreateTempSubdirectory("gantry-bench-").FullName;

    public string Directory { get; }

    /// <summary>What is set for its commands, and so for the server and the agent that they start.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>The agent's spool.</summary>
    public string Spool => Path.Combine(Directory, "agent");

    public Uri Server => new(Address().GetProperty("url").GetString()!);
    public int ServerPid => Address().GetProperty("pid").GetInt32();
    public string Token => File.ReadAllText(Path.Combine(Directory, "server", "admin-token")).Trim();

    /// <summary>The agent's process; null when none runs.</summary>
    public int? AgentPid => LinuxProcess.Find($"gantry-agent\0run\0--spool\0{Spool}\0");

    /// <summary><c>gantry ARGS</c> in this home.</summary>
    public ProcessStartInfo Gantry(params IEnumerable<string> args)
    {
        var start = Executables.Command(Executables.Cli, Directory, args);
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return start;
    }

    /// <summary>Writes a file into it; returns its path.</summary>
    public string Write(string name, string content)
    {
        var path = Path.Combine(Directory, name);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Starts the server as the first command in a home does.</summary>
    public void StartServer() => Command.Time(Gantry("ps"));

    public GantryClient Client() => new(Server, Token);

    /// <summary>A connection that is kept, for load.</summary>
    public RawConnection Connect() => new(Server, Token);

    /// <summary>A home in which so many no-op runs were run to their end, and whose server and agent run.</summary>
    public static BenchHome WithFinishedRuns(int count)
    {
        var home = new BenchHome();
        home.StartServer();
        NoOpRuns.Submit(home, "old", count, connections: 4);
        NoOpRuns.AwaitAllFinished(home);
        return home;
    }

    /// <summary>Asks the server to end, which leaves the agent running.</summary>
    public Task StopServerAsync() => LinuxProcess.EndAsync(ServerPid, LinuxProcess.Terminate);

    private JsonElement Address()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Directory, "server", "server.json")));
        return document.RootElement.Clone();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Directory, "server", "server.json")))
            await StopServerAsync();
        if (AgentPid is { } agent)
            await LinuxProcess.EndAsync(agent, LinuxProcess.Kill);
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Gantry.EndToEnd.Harness;

/// <summary>
/// A GANTRY_HOME of its own, with whatever server, agent and jobs come to live in it. Nothing of it outlives the test, however that ends.
/// </summary>
public class GantryHome : IAsyncDisposable
{
    private readonly List<CommandRun> started = [];

    /// <summary>An empty home under /tmp: the agent's socket needs a short path.</summary>
    public GantryHome()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("g-").FullName;
        Api = new ServerApi(this);
    }

    /// <summary>The home. Work files of tests lie in <see cref="Work"/>.</summary>
    public string Directory { get; }

    /// <summary>A folder for configurations and files that tasks write.</summary>
    public string Work => System.IO.Directory.CreateDirectory(Path.Combine(Directory, "work")).FullName;

    /// <summary>Variables for every command, such as GANTRY_MAX_JOBS.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>The folder of the executables that are used; another one is another build.</summary>
    public string BuildFolder { get; set; } = Checkout.BuildFolder;

    /// <summary>The server's HTTP API.</summary>
    public ServerApi Api { get; }

    /// <summary>The server's directory.</summary>
    public string ServerDirectory => Path.Combine(Directory, "server");

    /// <summary>The agent's spool.</summary>
    public string AgentDirectory => Path.Combine(Directory, "agent");

    /// <summary>The database.</summary>
    public string DatabasePath => Path.Combine(ServerDirectory, "gantry.db");

    /// <summary>The server's process, if one listens.</summary>
    public int? ServerPid => Address()?["pid"]?.GetValue<int>() is { } pid && Processes.IsAlive(pid) ? pid : null;

    /// <summary>The server's address, if one listens.</summary>
    public string? ServerUrl => Address()?["url"]?.GetValue<string>();

    /// <summary>The administrator's token.</summary>
    public string AdminToken => File.ReadAllText(Path.Combine(ServerDirectory, "admin-token")).Trim();

    /// <summary>The agent's process, if it lives.</summary>
    public int? AgentPid
    {
        get
        {
            var text = ReadOrNull(Path.Combine(AgentDirectory, "agent.lock"));
            return int.TryParse(text?.Split(' ', '\n')[0], CultureInfo.InvariantCulture, out var pid) && Processes.IsAlive(pid) ? pid : null;
        }
    }

    /// <summary>Runs <c>gantry ARGS</c> to its end.</summary>
    public Task<CommandResult> Gantry(params string[] args) => Start(args).Result();

    /// <summary>Runs <c>gantry ARGS</c> to its end, which must be exit code 0.</summary>
    public async Task<CommandResult> GantryOk(params string[] args)
    {
        var result = await Gantry(args);
        return result.ExitCode == 0 ? result : throw new InvalidOperationException($"gantry {string.Join(' ', args)}: {result}{Logs()}");
    }

    /// <summary>Starts <c>gantry ARGS</c>.</summary>
    public CommandRun Start(params string[] args) => StartProgram(Path.Combine(BuildFolder, "gantry"), args);

    /// <summary>Starts any program with this home's environment.</summary>
    public CommandRun StartProgram(string program, IEnumerable<string> args, string? input = null)
    {
        var start = new ProcessStartInfo(program, args) { WorkingDirectory = Work };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("GANTRY_", StringComparison.Ordinal) || name.StartsWith("DSTACK_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["GANTRY_HOME"] = Directory;
        start.Environment["DOTNET_ROOT"] = Checkout.DotnetRoot;
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        var run = new CommandRun(start, input);
        lock (started)
            started.Add(run);
        return run;
    }

    /// <summary>Writes a configuration file; returns its path.</summary>
    public string Write(string name, string yaml)
    {
        var path = Path.Combine(Work, name + ".dstack.yml");
        File.WriteAllText(path, yaml.ReplaceLineEndings("\n"));
        return path;
    }

    /// <summary>Writes a task of the given commands; returns its path.</summary>
    /// <param name="name">The run's name.</param>
    /// <param name="commands">Shell commands, each a list entry.</param>
    /// <param name="more">Further keys of the configuration, one a line.</param>
    public string WriteTask(string name, IEnumerable<string> commands, string more = "")
    {
        var lines = commands.Select(command => "  - |\n" + string.Concat(command.ReplaceLineEndings("\n").Split('\n').Select(line => $"    {line}\n")));
        return Write(name, $"type: task\nname: {name}\n{(more.Length > 0 ? more + "\n" : "")}commands:\n{string.Concat(lines)}");
    }

    /// <summary>Submits a task and returns once it is stored.</summary>
    public async Task Submit(string name, IEnumerable<string> commands, string more = "") =>
        await GantryOk("apply", "-f", WriteTask(name, commands, more), "-y", "-d");

    /// <summary>Starts an attached apply of a task.</summary>
    public CommandRun Apply(string name, IEnumerable<string> commands, string more = "") => Start("apply", "-f", WriteTask(name, commands, more), "-y");

    /// <summary>Starts the server, as any command would.</summary>
    public async Task StartServer()
    {
        await GantryOk("ps");
        await Deadline.Until("a server that listens", () => ServerPid is not null);
    }

    /// <summary>Kills the server (-9).</summary>
    public Task KillServer() => Processes.KillAsync(ServerPid ?? throw new InvalidOperationException("No server runs." + Logs()));

    /// <summary>Kills the agent (-9).</summary>
    public Task KillAgent() => Processes.KillAsync(AgentPid ?? throw new InvalidOperationException("No agent runs." + Logs()));

    /// <summary>Asks the server to end (SIGTERM) and waits until it did.</summary>
    public async Task StopServer()
    {
        var pid = ServerPid ?? throw new InvalidOperationException("No server runs." + Logs());
        Processes.Signal(pid, Processes.Terminate);
        await Deadline.Until("the server gone after SIGTERM", () => !Processes.IsAlive(pid));
    }

    /// <summary>The stored log of a run, as <c>gantry logs</c> gives it.</summary>
    public async Task<byte[]> Log(string run, params string[] args) => (await GantryOk(["logs", run, .. args])).OutputBytes;

    /// <summary>The end of the server's and the agent's own logs, for messages.</summary>
    public string Logs() => string.Concat(
        new[] { Path.Combine(ServerDirectory, "server.log"), Path.Combine(AgentDirectory, "agent.log") }
            .Select(path => $"\n--- {path}\n{string.Join('\n', (ReadOrNull(path) ?? "(none)").Split('\n').TakeLast(60))}"));

    /// <summary>Ends everything that lives in this home and removes it.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var run in started)
            run.Dispose();
        // Whoever is killed may have started another meanwhile: until nobody is left.
        await Deadline.Until($"nobody left of {Directory}", () =>
        {
            var left = Processes.Mentioning(Directory);
            foreach (var pid in left)
                Processes.Signal(pid, Processes.Kill);
            return left.Count == 0;
        });
        Api.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private JsonNode? Address()
    {
        var text = ReadOrNull(Path.Combine(ServerDirectory, "server.json"));
        return string.IsNullOrWhiteSpace(text) ? null : JsonNode.Parse(text);
    }

    private static string? ReadOrNull(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return null;
        }
    }
}

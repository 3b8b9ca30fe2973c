using System.Text;
using Gantry.Cli.Output;

namespace Gantry.Cli.Tests.Support;

/// <summary>What a command said and how it ended.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public override string ToString() => $"exit {ExitCode}\n--- output\n{Output}--- error\n{Error}";
}

/// <summary>A user's home and working directory, and commands run in them by their real command line. Removed when disposed.</summary>
internal sealed class CommandRun : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("gantry-cli-").FullName;

    public CommandRun()
    {
        Directory.CreateDirectory(Home);
        Directory.CreateDirectory(WorkingDirectory);
    }

    public string Home => Path.Combine(root, "home");
    public string WorkingDirectory => Path.Combine(root, "work");
    public Dictionary<string, string> Environment { get; } = new() { ["TERM"] = "xterm" };
    public bool IsTerminal { get; init; }

    public void Write(string file, string content)
    {
        var path = Path.Combine(WorkingDirectory, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    /// <summary>Configures the project <c>main</c> of a server.</summary>
    public void UseServer(string url, string token = "secret-token") =>
        File.WriteAllText(Path.Combine(Home, "config.yml"), $"projects:\n- name: main\n  url: {url}\n  token: {token}\n  default: true\n");

    public Task<CommandResult> RunAsync(params string[] arguments) => RunWithInputAsync("", arguments);

    public async Task<CommandResult> RunWithInputAsync(string input, params string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var terminal = new Terminal(output, error, new StringReader(input), IsTerminal, IsTerminal, IsTerminal, colors: IsTerminal);
        var environment = new Dictionary<string, string>(Environment) { ["GANTRY_HOME"] = Home, ["HOME"] = root };
        var exitCode = await CommandLine.RunAsync(
            arguments, new Invocation(terminal, name => environment.GetValueOrDefault(name), WorkingDirectory, TimeProvider.System));
        return new CommandResult(exitCode, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);
}

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Gantry.Cli.Commands.Db;

namespace Gantry.Cli.Commands;

/// <summary>All commands. Only the one that is asked for is built in full: the others cost a start nothing.</summary>
internal static class CommandTree
{
    /// <summary>Arguments that begin with @ are arguments, not files to read more arguments from.</summary>
    public static ParserConfiguration Parsing { get; } = new() { ResponseFileTokenReplacer = null };

    private static readonly (string Name, Func<Invocation, Command> Build)[] Builders =
    [
        ("apply", ApplyCommand.Build),
        ("ps", PsCommand.Build),
        ("offer", OfferCommand.Build),
        ("logs", LogsCommand.Build),
        ("exec", ExecCommand.Build),
        ("attach", AttachCommand.Build),
        ("ssh-proxy", SshProxyCommand.Build),
        ("metrics", MetricsCommand.Build),
        ("stop", StopCommand.Build),
        ("delete", DeleteCommand.Build),
        ("run", RunCommand.Build),
        ("init", InitCommand.Build),
        ("fleet", FleetCommand.Build),
        ("volume", VolumeCommand.Build),
        ("event", EventCommand.Build),
        ("validate", ValidateCommand.Build),
        ("quarantine", QuarantineCommand.Build),
        ("project", ProjectCommand.Build),
        ("db", DbCommand.Build),
        ("server", ServerCommand.Build),
        ("completion", CompletionCommand.Build),
    ];

    private static readonly HashSet<string> OnlyInDstack =
        ["export", "import", "gateway", "login", "preset", "secret"];

    /// <summary>The command <c>gantry</c> with the named command below it, or with all of them when there is no such.</summary>
    public static RootCommand Build(Invocation invocation, string? named)
    {
        var root = new RootCommand("Runs GPU and AI workloads on your machines. Not sure where to start? Describe a task in .dstack.yml and run: gantry apply");
        var only = Array.FindIndex(Builders, entry => entry.Name == (named == "destroy" ? "delete" : named));
        foreach (var (_, build) in only >= 0 ? Builders.AsSpan(only, 1) : Builders)
            root.Subcommands.Add(build(invocation));
        foreach (var option in root.Options)
        {
            switch (option)
            {
                case HelpOption help:
                    help.Description = "Show help";
                    help.Action = new HelpPage(invocation.Terminal);
                    break;
                case VersionOption version:
                    version.Aliases.Add("-v");
                    version.Description = "Show Gantry's version";
                    version.Action = new PrintVersion(invocation.Terminal);
                    break;
            }
        }
        root.SetAction(new HelpPage(invocation.Terminal).Invoke);
        return root;
    }

    /// <summary>Whether dstack has a command of this name and Gantry doesn't yet.</summary>
    public static bool IsOnlyInDstack(string name) => OnlyInDstack.Contains(name);

    /// <summary>The command with those above it: <c>gantry project add</c>.</summary>
    public static string PathOf(CommandResult result)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = result; at is not null; at = at.Parent)
        {
            if (at is CommandResult { Command: var command })
                names.Push(command is RootCommand ? "gantry" : command.Name);
        }
        return string.Join(' ', names);
    }

    private sealed class PrintVersion(Output.Terminal terminal) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            terminal.Print(Cli.Build.Id is { } id ? $"{Cli.Build.Version} (build {id})" : Cli.Build.Version);
            return ExitCodes.Ok;
        }
    }
}

using System.CommandLine;
using Gantry.Cli.Commands;
using Gantry.Cli.Databases;
using Gantry.Cli.Embedded;
using Gantry.Cli.Output;
using Gantry.Cli.Projects;
using Gantry.Client;
using Gantry.Migrations;

namespace Gantry.Cli;

/// <summary>From arguments to an exit code.</summary>
internal static class CommandLine
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    /// <summary>Runs one command.</summary>
    public static async Task<int> RunAsync(string[] args, Invocation invocation)
    {
        var terminal = invocation.Terminal;
        var isApply = args is ["apply", ..];
        try
        {
            var root = CommandTree.Build(invocation, args.Length > 0 ? args[0] : null);
            var parsed = root.Parse(isApply ? ApplyCommand.WithoutHelpType(args) : args, CommandTree.Parsing);
            if (parsed.Errors.Count > 0 && !HelpRequested(parsed))
                return Usage(parsed, terminal, isApply);
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                // Commands that can be interrupted half-way handle the signals themselves; the others just end. Those on databases are asked to stop between two statements.
                ProcessTerminationTimeout = args is ["db", ..] ? StopPatience : null,
                Output = new TerminalWriter(terminal),
            });
        }
        catch (BrokenPipeException)
        {
            return ExitCodes.BrokenPipe;
        }
        catch (CliException error)
        {
            terminal.Error(error.Message);
            return error.ExitCode;
        }
        catch (OperationCanceledException) when (args is ["db", ..])
        {
            terminal.Error("Stopped. What was committed stands, whole; the same command goes on from there.");
            return ExitCodes.Interrupted;
        }
        catch (MigrationException error)
        {
            if (args.Contains("--json") && error.Report is { } report)
                terminal.Print(report.ToJson());
            else
                terminal.Error((error.Report?.ToString() ?? error.Message) + (error.ReportPath is { } path ? $"\nReport:        {path}" : ""));
            return DatabaseExitCodes.Of(error.Failure);
        }
        catch (ServerUnreachableException error)
        {
            terminal.Error($"{error.Message}\n{WhereToLook(invocation)}");
            return ExitCodes.Unreachable;
        }
        catch (ApiException error)
        {
            terminal.Error(Explain(error));
            return isApply ? ExitCodes.Refused : ExitCodes.Failed;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            terminal.Error(error.Message);
            return isApply ? ExitCodes.NoExitStatus : ExitCodes.Failed;
        }
    }

    /// <summary>The server's refusal, with what to do where the command knows that better.</summary>
    public static string Explain(ApiException error) => (int)error.Status switch
    {
        401 or 403 when error.Message == "Invalid token" => "The server does not know this token. Set the right one with: gantry project add --name NAME --url URL --token TOKEN",
        _ => error.Message,
    };

    private static string WhereToLook(Invocation invocation) => File.Exists(new ProjectsFile(invocation.Home).FilePath)
        ? "Is the server running, and is its URL right? See: gantry project list -v"
        : $"See: gantry server status, and the server's log {new ServerFolder(invocation.Home).Log}";

    private static bool HelpRequested(ParseResult parsed) => parsed.Action is HelpPage;

    private static int Usage(ParseResult parsed, Terminal terminal, bool isApply)
    {
        var command = CommandTree.PathOf(parsed.CommandResult);
        if (parsed.CommandResult.Command is RootCommand && parsed.Tokens is [var first, ..] && CommandTree.IsOnlyInDstack(first.Value))
            terminal.Error($"gantry {first.Value}: dstack has this command, Gantry does not have it yet.");
        else
        {
            foreach (var error in parsed.Errors.Select(error => error.Message).Distinct())
                terminal.Error(error);
        }
        terminal.Error($"See: {command} --help");
        return isApply ? ExitCodes.Invalid : ExitCodes.Usage;
    }
}

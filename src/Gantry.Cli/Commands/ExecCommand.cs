using System.CommandLine;
using Gantry.Cli.Attach;
using Gantry.Cli.Interop;
using Gantry.Cli.Output;
using Gantry.Cli.Projects;
using Gantry.Client;
using Gantry.Model.Link;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry exec RUN -- CMD</c>: a command in a running job.</summary>
internal static class ExecCommand
{
    private sealed record Choice(string? Project, string Run, string[] Command, bool? Interactive, bool? Tty, int? Replica, int Job);

    public static Command Build(Invocation invocation)
    {
        var run = new Argument<string>("run_name") { Description = "The run" };
        var words = new Argument<string[]>("CMD") { Description = "The command with its arguments. Defaults to a shell", Arity = ArgumentArity.ZeroOrMore };
        var project = Shared.Project();
        var interactive = new Option<bool?>("--interactive", "-i") { Description = "Pass standard input on. Defaults to yes", Arity = ArgumentArity.Zero };
        var tty = new Option<bool?>("--tty", "-t") { Description = "Give the command a terminal. Defaults to yes when this is run on one", Arity = ArgumentArity.Zero };
        var noTty = new Option<bool>("--no-tty", "-T") { Description = "Give it none" };
        var replica = new Option<int?>("--replica") { Description = "The replica number. Defaults to any running replica", HelpName = "REPLICA" };
        var job = Shared.Number("--job", "The job number inside the replica. Defaults to 0", "JOB");
        var command = new Command("exec", "Run a command in a running job") { run, words, project, interactive, tty, noTty, replica, job };
        HelpPage.SetEnding(command, """
            The command runs as the job's user, with its environment and in its directory or container, and ends with the job at the latest.
            gantry ends with its exit status. On a terminal each key goes to it, Ctrl+C too; without one it gets the signals that gantry gets.

            Examples:
              gantry exec train                     a shell
              gantry exec train -- nvidia-smi
              gantry exec train --job 1 -- tail -n 3 /var/log/syslog
              tar c src | gantry exec train -- tar x
            """);
        command.SetAction((parsed, cancellation) => RunAsync(
            invocation,
            new Choice(
                parsed.GetValue(project), parsed.GetValue(run)!, parsed.GetValue(words) ?? [],
                parsed.GetResult(interactive) is { Implicit: false } ? true : null,
                parsed.GetValue(noTty) ? false : parsed.GetResult(tty) is { Implicit: false } ? true : null,
                parsed.GetValue(replica), parsed.GetValue(job)),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Invocation invocation, Choice choice, CancellationToken cancellation)
    {
        var terminal = invocation.Terminal;
        if (choice.Tty == true && !terminal.IsInputTerminal)
            throw new CliException(ExitCodes.Usage, "--tty: standard input is no terminal. Leave --tty out, or run this on one.");
        var tty = choice.Tty ?? (terminal.IsInputTerminal && terminal.IsOutputTerminal);
        var (columns, rows) = tty ? RawTerminal.Size : (0, 0);
        using var project = ProjectConnection.Open(invocation, choice.Project);
        try
        {
            await using var stream = await project.Client.OpenStreamAsync(project.Name, choice.Run, new JobStreamRequest("exec", choice.Replica, choice.Job), cancellation);
            var start = new ExecStart
            {
                Command = choice.Command,
                Tty = tty,
                Interactive = choice.Interactive ?? true,
                Term = invocation.Environment("TERM"),
                Columns = columns,
                Rows = rows,
            };
            using var session = new ExecSession(stream, start, new DescriptorStream(1), new DescriptorStream(2));
            return await session.RunAsync(cancellation);
        }
        catch (JobStreamException error)
        {
            throw new CliException(ExitCodes.NoExitStatus, error.Message);
        }
    }
}

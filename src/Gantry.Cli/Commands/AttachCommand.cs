using System.CommandLine;
using System.Runtime.InteropServices;
using Gantry.Cli.Attach;
using Gantry.Cli.Following;
using Gantry.Cli.Projects;
using Gantry.Client;
using Gantry.Model.States;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry attach RUN</c>: brings a run's ports and its shell to this machine for as long as it runs.</summary>
internal static class AttachCommand
{
    private sealed record Choice(string? Project, string Run, bool Logs, string? Since, AttachRequest Request);

    public static Command Build(Invocation invocation)
    {
        var run = new Argument<string>("run_name") { Description = "The run" };
        var project = Shared.Project();
        var identity = new Option<string?>("--ssh-identity") { Description = "The private SSH key path for SSH tunneling. Defaults to a key of Gantry's own", HelpName = "SSH_PRIVATE_KEY" };
        var logs = new Option<bool>("--logs") { Description = "Print run logs as they follow" };
        var host = new Option<string>("--host") { Description = "Local address to bind. Defaults to localhost", HelpName = "HOST", DefaultValueFactory = _ => "localhost" };
        var port = new Option<string[]>("--port", "-p", "-P") { Description = "Port mapping overrides: PORT, LOCAL:PORT or *:PORT", HelpName = "MAPPING" };
        var replica = new Option<int?>("--replica") { Description = "The replica number. Defaults to any running replica", HelpName = "REPLICA" };
        var job = Shared.Number("--job", "The job number inside the replica. Defaults to 0", "JOB");
        var since = Shared.Since("Show only logs newer than the specified date.");
        var command = new Command("attach", "Attach to the run") { run, project, identity, logs, host, port, replica, job, since };
        HelpPage.SetEnding(command, """
            While it runs, `ssh RUN`, `scp FILE RUN:`, and VS Code Remote reach into the job, process or container, and the ports of its
            configuration are ports of this machine. Waits until the run runs, and ends with it. Ctrl+C detaches; the run goes on.

            Examples:
              gantry attach train --logs
              gantry attach train -p 8080:80 -p 6006       http://localhost:8080 is port 80 of the job
              ssh train nvidia-smi                         in another terminal
            """);
        command.SetAction((parsed, cancellation) => RunAsync(
            invocation,
            new Choice(
                parsed.GetValue(project), parsed.GetValue(run)!, parsed.GetValue(logs), parsed.GetValue(since),
                new AttachRequest(parsed.GetValue(replica), parsed.GetValue(job), parsed.GetValue(host)!, parsed.GetValue(port), parsed.GetValue(identity))),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Invocation invocation, Choice choice, CancellationToken cancellation)
    {
        foreach (var mapping in choice.Request.Ports ?? [])
            PortForward.Parse(mapping);
        var since = Shared.ParseSince(choice.Since, invocation.Now);
        using var project = ProjectConnection.Open(invocation, choice.Project);
        using var detached = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Detach);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Detach);
        using var onHangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Detach);
        try
        {
            if (await AttachSession.UntilRunningAsync(invocation, project, choice.Run, choice.Request, detached.Token) is { } over)
                throw new CliException(ExitCodes.Failed, $"The run {choice.Run} has ended ({over.StatusMessage}), so there is nothing to attach to. Its log: gantry logs {choice.Run}");
            await using var session = new AttachSession(invocation, project, choice.Run, choice.Request);
            await session.BeginAsync(detached.Token);
            return await FollowAsync(invocation, project, choice, since, detached.Token);
        }
        catch (OperationCanceledException) when (detached.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            invocation.Terminal.Note($"Detached. The run {choice.Run} goes on.");
            return ExitCodes.Ok;
        }

        void Detach(PosixSignalContext context)
        {
            context.Cancel = true;
            detached.Cancel();
        }
    }

    private static async Task<int> FollowAsync(Invocation invocation, ProjectConnection project, Choice choice, DateTimeOffset? since, CancellationToken cancellation)
    {
        var options = new FollowOptions { Logs = choice.Logs, Replica = choice.Request.Replica ?? 0, Job = choice.Request.Job, Since = since };
        await foreach (var happened in new RunFollower(invocation, project, choice.Run).FollowAsync(options, cancellation))
        {
            switch (happened)
            {
                case RunEvent.Output output:
                    invocation.Terminal.WriteJobOutput(output.Bytes.Span);
                    break;
                case RunEvent.Ended { Progress: var progress }:
                    invocation.Terminal.Note($"{choice.Run} {progress.StatusMessage}");
                    return progress.Status == RunStatus.Done ? ExitCodes.Ok : ExitCodes.Failed;
            }
        }
        return ExitCodes.Ok;
    }
}

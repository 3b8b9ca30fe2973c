using Gantry.Cli.Attach;
using Gantry.Cli.Following;
using Gantry.Cli.Output;
using Gantry.Cli.Projects;
using Gantry.Client;
using Gantry.Model.Api;
using Gantry.Model.States;

namespace Gantry.Cli.Apply;

/// <summary>A run that someone waits for: shows what happens and what it writes, and listens to Ctrl+C.</summary>
internal sealed class Attachment(Invocation invocation, ProjectConnection project, string run, AttachRequest? attach = null)
{
    private readonly Terminal terminal = invocation.Terminal;
    private readonly PullLine pull = new(invocation.Terminal, run);
    private RunProgress? shown;
    private int attempt;
    private bool isAttached;

    /// <summary>Follows the run to its end; the exit code says how that was.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var letGo = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var ports = attach is null ? null : new AttachSession(invocation, project, run, attach);
        using var interrupts = new Interrupts(invocation, project, run, letGo);
        try
        {
            await foreach (var happened in new RunFollower(invocation, project, run).FollowAsync(new FollowOptions(), letGo.Token))
            {
                // While a question waits for its answer, nothing is written over it.
                await interrupts.UntilAnsweredAsync(letGo.Token);
                switch (happened)
                {
                    case RunEvent.Output output:
                        terminal.WriteJobOutput(output.Bytes.Span);
                        break;
                    case RunEvent.SubmissionStarted { Number: > 0 } start when start.Number != attempt:
                        attempt = start.Number;
                        terminal.Note(terminal.Paint($"{run} attempt {attempt + 1}", Style.Dim));
                        break;
                    case RunEvent.StatusChanged { Progress: var progress }:
                        Show(progress);
                        pull.Show(progress);
                        await AttachAsync(ports, progress, letGo.Token);
                        break;
                    case RunEvent.Ended { Progress: var progress }:
                        return End(progress);
                }
            }
        }
        catch (OperationCanceledException) when (interrupts.LetGo)
        {
            terminal.Note($"Detached. The run {run} goes on. Follow it with: gantry logs -f {run}   Stop it with: gantry stop {run}");
            return ExitCodes.Declined;
        }
        return ExitCodes.NoExitStatus;
    }

    // Once: the streams go to whatever attempt runs when a connection comes.
    private async Task AttachAsync(AttachSession? ports, RunProgress progress, CancellationToken cancellation)
    {
        if (ports is null || isAttached || progress.JobStatus != JobStatus.Running)
            return;
        isAttached = true;
        try
        {
            await ports.BeginAsync(cancellation);
        }
        catch (Exception error) when (error is CliException or ApiException or ServerUnreachableException)
        {
            terminal.Error($"{error.Message} The run itself goes on; attach to it with: gantry attach {run}");
        }
    }

    private void Show(RunProgress progress)
    {
        if (progress.Status.IsFinished() || (shown?.Status == progress.Status && shown.StatusMessage == progress.StatusMessage && shown.Error == progress.Error))
            return;
        var line = progress.Status == RunStatus.Running
            ? $"{run} provisioning completed ({progress.StatusMessage})"
            : $"{run} {progress.StatusMessage}";
        var firstOfRunning = progress.Status == RunStatus.Running && shown?.Status == RunStatus.Running;
        if (progress.Error is { Length: > 0 } reason)
            line += $": {reason}";
        if (progress.NextTriggeredAt is { } next)
            line += $"; next start {Words.LocalTime(next)}";
        shown = progress;
        if (!firstOfRunning)
            terminal.Note(terminal.Paint(line, Style.Dim));
    }

    private int End(RunProgress progress)
    {
        var why = progress.StatusMessage.Length > 0 ? progress.StatusMessage : progress.Status.WireName();
        // "exited (7)" says it all.
        if (progress.Error is { Length: > 0 } reason && progress.ExitStatus is null or 0)
            why += $": {reason}";
        switch (progress.Status)
        {
            case RunStatus.Done:
                terminal.Note(terminal.Paint($"{run} {why}", Style.Dim));
                return progress.ExitStatus ?? ExitCodes.Ok;
            case RunStatus.Terminated:
                terminal.Note($"{run} {why}{Reason(progress)}");
                return ExitCodes.Stopped;
            default:
                terminal.Error($"{run} failed: {why}{Reason(progress)}");
                return progress.ExitStatus is > 0 and var status ? status : ExitCodes.NoExitStatus;
        }
    }

    // The status message of a job that exited says it all.
    private static string Reason(RunProgress progress) =>
        progress.TerminationReason is { } reason && progress.ExitStatus is null or 0 && reason != "job_failed" ? $" ({reason.Replace('_', ' ')})" : "";
}

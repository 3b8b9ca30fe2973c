using System.Runtime.InteropServices;
using Gantry.Cli.Projects;
using Gantry.Client;
using Gantry.Model.Api;

namespace Gantry.Cli.Apply;

/// <summary>Signals while a run is followed. The first Ctrl+C asks: stop the run, or let go of it; where there is nobody to ask, it stops the run, as it
/// would a program in the foreground. The second aborts the run, and the third lets go. SIGTERM lets go at once.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly Invocation invocation;
    private readonly ProjectConnection project;
    private readonly string run;
    private readonly CancellationTokenSource letGo;
    private volatile TaskCompletionSource? question;
    private readonly PosixSignalRegistration[] registrations;
    private int count;

    public Interrupts(Invocation invocation, ProjectConnection project, string run, CancellationTokenSource letGo)
    {
        (this.invocation, this.project, this.run, this.letGo) = (invocation, project, run, letGo);
        registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnInterrupt),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnTerminate),
        ];
    }

    /// <summary>Whether a signal said to let go of the run.</summary>
    public bool LetGo { get; private set; }

    /// <summary>Completes when no question waits for its answer.</summary>
    public Task UntilAnsweredAsync(CancellationToken cancellation) => question?.Task.WaitAsync(cancellation) ?? Task.CompletedTask;

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
    }

    private void OnTerminate(PosixSignalContext context)
    {
        context.Cancel = true;
        LetItGo();
    }

    private void OnInterrupt(PosixSignalContext context)
    {
        context.Cancel = true;
        switch (Interlocked.Increment(ref count))
        {
            case 1:
                if (invocation.Terminal.IsInputTerminal)
                    question = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _ = Task.Run(AskAsync);
                break;
            case 2:
                // Also an answer to the question, if that still waits: the terminal drops what was typed before a Ctrl+C.
                question?.TrySetResult();
                _ = Task.Run(() => StopAsync(abort: true));
                break;
            default:
                LetItGo();
                break;
        }
    }

    private async Task AskAsync()
    {
        if (question is { } asked)
        {
            var stop = invocation.Terminal.Confirm("Stop the run before detaching?");
            if (!asked.TrySetResult())
                return;
            if (stop != true)
            {
                LetItGo();
                return;
            }
        }
        await StopAsync(abort: false);
    }

    private async Task StopAsync(bool abort)
    {
        try
        {
            invocation.Terminal.Note(abort ? $"Aborting the run {run} ..." : $"Stopping the run {run} ... (Ctrl+C again aborts it)");
            await project.Client.StopRunsAsync(project.Name, new StopRunsRequest([run], abort), letGo.Token);
        }
        catch (Exception error) when (error is ApiException or ServerUnreachableException)
        {
            invocation.Terminal.Error($"The run {run} could not be stopped: {error.Message}");
        }
        catch (OperationCanceledException)
        {
            // Let go of meanwhile.
        }
    }

    private void LetItGo()
    {
        LetGo = true;
        try
        {
            letGo.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The run has just ended by itself.
        }
    }
}

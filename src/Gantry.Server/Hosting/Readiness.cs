namespace Gantry.Server.Hosting;

/// <summary>
/// Whether the server serves yet. It listens as soon as its database has the right schema, so that a caller waits in a
/// connection rather than in a loop of its own; calls are held until the rest of the start is done.
/// </summary>
internal sealed class Readiness
{
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsReady => ready.Task.IsCompletedSuccessfully;

    public Task WaitAsync(CancellationToken cancellationToken) => ready.Task.WaitAsync(cancellationToken);

    public void Set() => ready.TrySetResult();

    public void Fail(Exception why) => ready.TrySetException(why);
}

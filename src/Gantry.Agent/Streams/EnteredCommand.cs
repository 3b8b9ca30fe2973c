namespace Gantry.Agent.Streams;

/// <summary>A command that runs in a job beside what the job itself runs. Disposing hangs up on it if it still runs.</summary>
internal abstract class EnteredCommand : IAsyncDisposable
{
    /// <summary>Gives it input.</summary>
    /// <exception cref="IOException">It takes none any more.</exception>
    public abstract ValueTask WriteInputAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>Its input has ended.</summary>
    public abstract void EndInput();

    /// <summary>Hands all of its output on, until there is no more.</summary>
    /// <param name="write">Takes a piece, and whether it is of standard error; the piece is valid until its task has ended.</param>
    /// <param name="cancellation">Ends it.</param>
    public abstract Task PumpAsync(Func<bool, ReadOnlyMemory<byte>, ValueTask> write, CancellationToken cancellation);

    /// <summary>Its exit status once it has ended; 128 + n for signal n.</summary>
    public abstract Task<int> ExitAsync(CancellationToken cancellation);

    /// <summary>Its terminal has another size.</summary>
    public virtual ValueTask ResizeAsync(int columns, int rows) => ValueTask.CompletedTask;

    /// <summary>Sends it a signal.</summary>
    public abstract ValueTask SignalAsync(int signal);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}

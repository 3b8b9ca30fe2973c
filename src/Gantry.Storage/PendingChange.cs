namespace Gantry.Storage;

/// <summary>A change that waits for the writer, and the task of the one who asked for it.</summary>
internal abstract class PendingChange(CancellationToken cancellationToken)
{
    /// <summary>Whether it was cancelled before it began; its task is then cancelled.</summary>
    public bool CancelIfAsked()
    {
        if (!cancellationToken.IsCancellationRequested)
            return false;
        Cancel(cancellationToken);
        return true;
    }

    /// <summary>Makes the change in this context. Its result is kept until <see cref="Complete"/>.</summary>
    public abstract void Apply(GantryDb db);

    /// <summary>It is committed.</summary>
    public abstract void Complete();

    /// <summary>It was rolled back.</summary>
    public abstract void Fail(Exception error);

    protected abstract void Cancel(CancellationToken cancellationToken);
}

/// <inheritdoc/>
internal sealed class PendingChange<T>(Func<GantryDb, T> change, CancellationToken cancellationToken) : PendingChange(cancellationToken)
{
    // The writer must not run on with what its callers do next.
    private readonly TaskCompletionSource<T> _task = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    public Task<T> Task => _task.Task;

    public override void Apply(GantryDb db) => _result = change(db);

    public override void Complete() => _task.TrySetResult(_result!);

    public override void Fail(Exception error) => _task.TrySetException(error);

    protected override void Cancel(CancellationToken cancellationToken) => _task.TrySetCanceled(cancellationToken);
}

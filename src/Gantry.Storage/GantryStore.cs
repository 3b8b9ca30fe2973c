namespace Gantry.Storage;

/// <summary>
/// The way to the database. Reads run side by side on pooled contexts; writes go through one writer that groups what is
/// waiting into one transaction (each change behind a savepoint of its own), so that a thousand small changes cost a
/// handful of disk flushes.
/// </summary>
public sealed class GantryStore : IAsyncDisposable
{
    private GantryStore()
    {
    }

    /// <summary>Opens (and creates, and migrates) the SQLite database at this path.</summary>
    public static Task<GantryStore> OpenAsync(string databasePath, TimeProvider time, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Reads on the calling thread, without tracking. The result must not hold on to the context.</summary>
    public T Read<T>(Func<GantryDb, T> query) => throw new NotImplementedException();

    /// <summary>
    /// Changes rows in a transaction; completes after the commit. When <paramref name="change"/> throws, its own changes
    /// are rolled back and the task fails with that exception; others in the same group are not touched.
    /// SaveChanges is called by the writer. Fails with <see cref="StoreFullException"/> when the disk is full.
    /// </summary>
    public Task<T> WriteAsync<T>(Func<GantryDb, T> change, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>The disk that holds the database is full: nothing was changed.</summary>
public sealed class StoreFullException(string message, Exception? inner = null) : Exception(message, inner);

using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Gantry.Storage;

/// <summary>Contexts for reading, each with a connection of its own. As many as there are reads at once; a few are kept for the next.</summary>
internal sealed class ReadPool(string databasePath) : IDisposable
{
    private const int Kept = 8;

    private readonly ConcurrentStack<Reader> _idle = new();
    private volatile bool _disposed;

    private sealed record Reader(GantryDb Db, SqliteConnection Connection) : IDisposable
    {
        public void Dispose()
        {
            Db.Dispose();
            Connection.Dispose();
        }
    }

    public T Run<T>(Func<GantryDb, T> query)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(GantryStore));
        var reader = _idle.TryPop(out var idle) ? idle : Open();
        try
        {
            // One transaction: two queries of one call must not see two states.
            Connections.Execute(reader.Connection, "BEGIN");
            var result = query(reader.Db);
            Connections.Execute(reader.Connection, "COMMIT");
            reader.Db.ChangeTracker.Clear();
            GiveBack(reader);
            return result;
        }
        catch
        {
            // Whatever state it is in, nobody shall get it next.
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Closes all idle connections but one, and empties that one's cache.</summary>
    public void ReleaseMemory()
    {
        if (!_idle.TryPop(out var kept))
            return;
        CloseIdle();
        Connections.Execute(kept.Connection, "PRAGMA shrink_memory");
        GiveBack(kept);
    }

    public void Dispose()
    {
        _disposed = true;
        CloseIdle();
    }

    private Reader Open()
    {
        var connection = Connections.OpenForReading(databasePath);
        return new Reader(Connections.NewReader(connection), connection);
    }

    private void GiveBack(Reader reader)
    {
        if (_disposed || _idle.Count >= Kept)
            reader.Dispose();
        else
            _idle.Push(reader);

        // The store may have been closed between the question and the push.
        if (_disposed)
            CloseIdle();
    }

    private void CloseIdle()
    {
        while (_idle.TryPop(out var reader))
            reader.Dispose();
    }
}

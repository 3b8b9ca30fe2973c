using System.Collections.Concurrent;
using Gantry.Storage.Writing;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gantry.Storage;

/// <summary>
/// The one writer, on a thread of its own: SQLite allows one, its calls block, and a flush of the disk may take
/// milliseconds. It takes all changes that wait, makes each behind a savepoint, commits once, and only then tells those
/// who asked. A change that fails is rolled back to its savepoint alone; when the commit fails, all of the group do.
/// </summary>
internal sealed class GroupWriter : IAsyncDisposable
{
    /// <summary>Bounds how long the first of a group waits for the last.</summary>
    private const int LargestGroup = 256;

    private readonly BlockingCollection<PendingChange> _waiting = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SqliteConnection _connection;
    private readonly RowStatements _statements;
    private long _accessVersion;
    // The writer's thread makes it: the server need not wait for EF Core when it starts.
    private GantryDb _db = null!;

    public GroupWriter(string databasePath)
    {
        _connection = Connections.OpenForWriting(databasePath);
        _statements = new RowStatements(_connection);
        new Thread(Run) { Name = "store writer", IsBackground = true }.Start();
    }

    /// <inheritdoc cref="GantryStore.AccessVersion"/>
    public long AccessVersion => Interlocked.Read(ref _accessVersion);

    public Task<T> Add<T>(Func<GantryDb, T> change, CancellationToken cancellationToken)
    {
        var pending = new PendingChange<T>(change, cancellationToken);
        try
        {
            _waiting.Add(pending, CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            throw new ObjectDisposedException(nameof(GantryStore));
        }

        return pending.Task;
    }

    /// <summary>Empties the cache of pages, after the changes that wait already.</summary>
    public async Task ReleaseMemoryAsync()
    {
        try
        {
            await Add(_ => Shrink(), CancellationToken.None);
        }
        catch (ObjectDisposedException)
        {
            // The store is being closed, which gives back more.
        }
    }

    private bool Shrink()
    {
        Connections.Execute(_connection, "PRAGMA shrink_memory");
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.CompleteAdding();
        await _ended.Task;
    }

    private void Run()
    {
        _db = Connections.NewWriter(_connection, _statements);
        var group = new List<PendingChange>(LargestGroup);
        foreach (var first in _waiting.GetConsumingEnumerable())
        {
            group.Add(first);
            while (group.Count < LargestGroup && _waiting.TryTake(out var next))
                group.Add(next);
            Write(group);
            group.Clear();
        }

        _db.Dispose();
        _statements.Dispose();
        _connection.Dispose();
        _ended.SetResult();
    }

    private void Write(List<PendingChange> group)
    {
        group.RemoveAll(change => change.CancelIfAsked());
        if (group.Count == 0)
            return;

        var made = new List<PendingChange>(group.Count);
        try
        {
            Connections.Execute(_connection, "BEGIN IMMEDIATE");
            foreach (var change in group)
                if (TryMake(change))
                    made.Add(change);
            Connections.Execute(_connection, "COMMIT");
        }
        catch (Exception error)
        {
            RollBack();
            var reason = Translate(error);
            // Those that failed by themselves have their own error already: theirs stays.
            foreach (var change in group)
                change.Fail(reason);
            return;
        }
        finally
        {
            // Also after a commit that failed: whether it did nothing is not for the cache to judge.
            if (_statements.TakeAccessWritten())
                Interlocked.Increment(ref _accessVersion);
        }

        foreach (var change in made)
            change.Complete();
    }

    /// <summary>Makes one change. False when it failed by itself; throws when that took the group's transaction with it.</summary>
    private bool TryMake(PendingChange change)
    {
        Connections.Execute(_connection, "SAVEPOINT change");
        try
        {
            change.Apply(_db);
            _db.SaveChanges();
            Connections.Execute(_connection, "RELEASE change");
            _db.ChangeTracker.Clear();
            return true;
        }
        catch (Exception error)
        {
            RenewContext();
            if (!Connections.InTransaction(_connection) || IsFull(error))
                throw;

            Connections.Execute(_connection, "ROLLBACK TO change");
            Connections.Execute(_connection, "RELEASE change");
            change.Fail(error);
            return false;
        }
    }

    private void RollBack()
    {
        RenewContext();
        if (Connections.InTransaction(_connection))
            raw.sqlite3_exec(_connection.Handle!, "ROLLBACK");
    }

    private void RenewContext()
    {
        _db.Dispose();
        _db = Connections.NewWriter(_connection, _statements);
    }

    private static Exception Translate(Exception error) => IsFull(error)
        ? new StoreFullException("The disk that holds the database is full. Nothing was changed. Make room on it, then try again.", error)
        : error;

    private static bool IsFull(Exception? error) => error switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode == raw.SQLITE_FULL,
        null => false,
        _ => IsFull(error.InnerException),
    };
}

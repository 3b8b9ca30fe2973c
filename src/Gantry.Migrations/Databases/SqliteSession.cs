using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gantry.Migrations.Databases;

/// <summary>An upgrader's connection to a SQLite file.</summary>
/// <remarks>
/// Foreign keys are not enforced while a migration's statements run (a table that is built anew would otherwise drag its children along);
/// they are checked as a whole before the commit, and what was broken before is not this migration's doing.
/// </remarks>
internal sealed class SqliteSession : EngineSession
{
    private readonly SqliteConnection _connection;
    private readonly string _file;
    private SqliteLockFile? _lock;
    private bool? _batches;

    private SqliteSession(SqliteConnection connection)
    {
        _connection = connection;
        _file = raw.sqlite3_db_filename(connection.Handle!, "main").utf8_to_string() ?? "";
    }

    public override Dialect Dialect => Dialect.Sqlite;

    public override DbConnection Connection => _connection;

    public override string Engine => "SQLite " + raw.sqlite3_libversion().utf8_to_string();

    /// <summary>The connection, for what only SQLite has.</summary>
    public SqliteConnection Sqlite => _connection;

    /// <summary>The database's file; empty for one in memory.</summary>
    public string File => _file;

    public static SqliteSession Open(DatabaseAddress database)
    {
        var connection = new SqliteConnection(database.ConnectionString);
        try
        {
            connection.Open();
            return new SqliteSession(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public override Task PrepareAsync(CancellationToken cancellationToken)
    {
        // Longer waits are the upgrader's to make, and to tell of.
        raw.sqlite3_busy_timeout(_connection.Handle!, 200);
        return Task.CompletedTask;
    }

    public override Task<bool> TryLockAsync(string self, CancellationToken cancellationToken)
    {
        _lock ??= SqliteLockFile.TryTake(_file, self);
        return Task.FromResult(_lock is not null);
    }

    public override Task<string?> HolderAsync(CancellationToken cancellationToken) => Task.FromResult(SqliteLockFile.Holder(_file));

    public override Task BeginAsync(TransactionKind kind, CancellationToken cancellationToken)
    {
        Set(kind == TransactionKind.Batch);
        // Asked every few thousand steps of SQLite's machine: an interrupt would miss the moment between two statements.
        raw.sqlite3_progress_handler(_connection.Handle!, 10_000, _ => cancellationToken.IsCancellationRequested ? 1 : 0, null);
        Execute("BEGIN IMMEDIATE");
        InTransaction = true;
        return Task.CompletedTask;
    }

    public override Task BeginReadAsync(CancellationToken cancellationToken)
    {
        Execute("BEGIN");
        InTransaction = true;
        return Task.CompletedTask;
    }

    public override Task CommitAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Execute("COMMIT");
        raw.sqlite3_progress_handler(_connection.Handle!, 0, null, null);
        InTransaction = false;
        return Task.CompletedTask;
    }

    // SQLite ends a transaction by itself on some errors (disk full, I/O): then there is nothing to roll back.
    public override Task RollbackAsync()
    {
        raw.sqlite3_progress_handler(_connection.Handle!, 0, null, null);
        if (raw.sqlite3_get_autocommit(_connection.Handle!) == 0)
            raw.sqlite3_exec(_connection.Handle!, "ROLLBACK");
        InTransaction = false;
        return Task.CompletedTask;
    }

    public override Task<long> RunAsync(string statement, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return Task.FromResult(SqliteStatement.Run(_connection.Handle!, statement, parameters));
        }
        catch (SqliteException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    public override EngineError? Describe(Exception error) => error is SqliteException sqlite ? SqliteErrors.Describe(sqlite) : null;

    public override async Task<string> SchemaTextAsync(CancellationToken cancellationToken)
    {
        var objects = await QueryAsync(
            "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'gantry\\_migration%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name",
            int.MaxValue, cancellationToken);
        return string.Join('\n', objects.Rows.Select(row =>
            // ALTER TABLE … ADD and DROP COLUMN leave other blanks behind than they found, RENAME puts the name into quotes.
            string.Join(' ', row.Select(value => string.Concat(((string?)value ?? "").Where(letter => !char.IsWhiteSpace(letter) && letter != '"'))))));
    }

    public override async ValueTask DisposeAsync()
    {
        await RollbackAsync();
        await _connection.DisposeAsync();
        _lock?.Dispose();
    }

    private void Set(bool batches)
    {
        if (_batches == batches)
            return;
        var wal = (string?)ScalarNow("PRAGMA journal_mode") == "wal";
        Execute(batches ? "PRAGMA foreign_keys = ON" : "PRAGMA foreign_keys = OFF");
        Execute(batches && wal ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL");
        _batches = batches;
    }

    private object? ScalarNow(string sql)
    {
        using var command = Command(sql, []);
        return command.ExecuteScalar();
    }

    private void Execute(string sql)
    {
        var code = raw.sqlite3_exec(_connection.Handle!, sql);
        if (code != raw.SQLITE_OK)
            SqliteException.ThrowExceptionForRC(code, _connection.Handle!);
    }
}

using System.Data.Common;
using System.Globalization;

namespace Gantry.Migrations.Databases;

/// <summary>
/// One connection of an upgrader to its database: the seam behind which the engines differ (locks, transactions, errors). It decides nothing.
/// Not pooled, not shared: its settings must reach nobody else.
/// </summary>
internal abstract class EngineSession : IAsyncDisposable
{
    public abstract Dialect Dialect { get; }

    /// <summary>Open as long as the session lives.</summary>
    public abstract DbConnection Connection { get; }

    /// <summary>The engine's name and version, for reports.</summary>
    public abstract string Engine { get; }

    /// <summary>Whether <see cref="BeginAsync"/> was called and neither commit nor rollback since.</summary>
    public bool InTransaction { get; protected set; }

    /// <summary>Connects. SQLite makes the file if it is not there.</summary>
    /// <exception cref="DbException">It cannot.</exception>
    // One method for each engine: the other one's provider is not loaded.
    public static Task<EngineSession> OpenAsync(DatabaseAddress database, TimeSpan lockTimeout, CancellationToken cancellationToken) =>
        database.Dialect == Dialect.Sqlite ? OpenSqlite(database) : OpenPostgresAsync(database, lockTimeout, cancellationToken);

    /// <summary>Settings for changing things; called once, before the first transaction.</summary>
    public abstract Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Tries to become the one upgrader. The lock is the session's: it goes with the connection, or with the process.</summary>
    /// <param name="self">Who this is, for those who wait.</param>
    /// <param name="cancellationToken">Stops.</param>
    public abstract Task<bool> TryLockAsync(string self, CancellationToken cancellationToken);

    /// <summary>Who holds the upgraders' lock, in words; null when nobody does or it is not known.</summary>
    public abstract Task<string?> HolderAsync(CancellationToken cancellationToken);

    /// <summary>Begins a transaction.</summary>
    public abstract Task BeginAsync(TransactionKind kind, CancellationToken cancellationToken);

    /// <summary>Begins a transaction that only reads, and sees the database as of one moment. To be rolled back.</summary>
    public abstract Task BeginReadAsync(CancellationToken cancellationToken);

    /// <summary>Ends the transaction: all of it stands.</summary>
    public abstract Task CommitAsync(CancellationToken cancellationToken);

    /// <summary>Ends the transaction: nothing of it stands. Does nothing without one, and does not fail when the connection is gone.</summary>
    public abstract Task RollbackAsync();

    /// <summary>Runs one statement as its author wrote it.</summary>
    /// <returns>How many rows it changed; 0 for one that changes none.</returns>
    public abstract Task<long> RunAsync(string statement, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters);

    /// <summary>How long a statement waits for a lock. SQLite has one lock, and this tool's own wait for it.</summary>
    public virtual Task SetLockTimeoutAsync(TimeSpan timeout, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What this error is; null when it does not come from the engine.</summary>
    public abstract EngineError? Describe(Exception error);

    /// <summary>The schema without this tool's own tables, as one text that is equal when the schema is.</summary>
    public abstract Task<string> SchemaTextAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    /// <summary>Runs a statement of this tool's own.</summary>
    public Task<long> ExecuteAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        RunAsync(sql, cancellationToken, parameters);

    /// <summary>Runs a query and keeps its first rows.</summary>
    /// <param name="sql">One query.</param>
    /// <param name="keep">How many rows to keep; the rest is counted.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <param name="parameters">Named as in the text, with their sign.</param>
    public virtual async Task<QueryResult> QueryAsync(string sql, int keep, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToList();
        var rows = new List<object?[]>();
        var count = 0L;
        while (await reader.ReadAsync(cancellationToken))
            if (++count <= keep)
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(column => reader.IsDBNull(column) ? null : reader.GetValue(column))]);
        return new QueryResult(columns, rows, count);
    }

    /// <summary>The first value of the first row; null when there is no row.</summary>
    public async Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteScalarAsync(cancellationToken) is { } value and not DBNull ? value : null;
    }

    /// <summary>The same as a number.</summary>
    public async Task<long> CountAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        Convert.ToInt64(await ScalarAsync(sql, cancellationToken, parameters) ?? 0L, CultureInfo.InvariantCulture);

    protected DbCommand Command(string sql, (string Name, object? Value)[] parameters)
    {
        var command = Connection.CreateCommand();
#pragma warning disable CA2100 // Text of the migrations' author, or of this tool: values go in parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        // An upgrade may take hours; what must be short has a lock timeout.
        command.CommandTimeout = Dialect == Dialect.Sqlite ? 1 : 0;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }
        return command;
    }

    private static Task<EngineSession> OpenSqlite(DatabaseAddress database) => Task.FromResult<EngineSession>(SqliteSession.Open(database));

    private static async Task<EngineSession> OpenPostgresAsync(DatabaseAddress database, TimeSpan lockTimeout, CancellationToken cancellationToken) =>
        await PostgresSession.ConnectAsync(database, lockTimeout, cancellationToken);
}

/// <summary>What a transaction is for.</summary>
internal enum TransactionKind
{
    /// <summary>A migration, or a step of one: foreign keys are looked at before the commit, which reaches the disk.</summary>
    Whole,
    /// <summary>
    /// One batch of many: foreign keys are enforced row by row, and the commit need not reach the disk. A power cut loses the last batches together with their
    /// watermark, and they run again.
    /// </summary>
    Batch,
}

/// <summary>The first rows of a query, and how many there were.</summary>
internal sealed record QueryResult(IReadOnlyList<string> Columns, IReadOnlyList<object?[]> Rows, long Count);

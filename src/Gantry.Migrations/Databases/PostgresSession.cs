using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace Gantry.Migrations.Databases;

/// <summary>
/// An upgrader's connection to a PostgreSQL database. The upgraders' lock is an advisory lock of this very session, so that nothing can be changed
/// by it once the lock is gone.
/// </summary>
internal sealed class PostgresSession : EngineSession
{
    // Any number will do, as long as it is never another: "gantrymi" in ASCII. Advisory locks are each database's own.
    private const long LockKey = 0x67616E7472796D69;

    private readonly NpgsqlConnection _connection;
    private readonly TimeSpan _lockTimeout;
    private bool _batches;

    private PostgresSession(NpgsqlConnection connection, TimeSpan lockTimeout) => (_connection, _lockTimeout) = (connection, lockTimeout);

    public override Dialect Dialect => Dialect.Postgres;

    public override DbConnection Connection => _connection;

    public override string Engine => "PostgreSQL " + _connection.PostgreSqlVersion;

    /// <summary>Of the server's process that serves this connection.</summary>
    public int ProcessId => _connection.ProcessID;

    /// <summary>Version of the server.</summary>
    public Version Version => _connection.PostgreSqlVersion;

    public static async Task<PostgresSession> ConnectAsync(DatabaseAddress database, TimeSpan lockTimeout, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false, Enlist = false };
        settings.ApplicationName ??= "gantry db";
        var connection = new NpgsqlConnection(settings.ToString());
        try
        {
            await connection.OpenAsync(cancellationToken);
            return new PostgresSession(connection, lockTimeout);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        // Whoever waits for a lock makes all who come later wait behind it: so never for long.
        await SetLockTimeoutAsync(_lockTimeout, cancellationToken);
        await SetAsync("statement_timeout", "0");
        await SetAsync("idle_in_transaction_session_timeout", "5min");
        // A host that vanished without a word must not hold the lock for hours.
        await SetAsync("tcp_keepalives_idle", "10");
        await SetAsync("tcp_keepalives_interval", "5");
        await SetAsync("tcp_keepalives_count", "3");
        // A killed upgrader's server process would otherwise work on to the end of its statement, and hold the lock until then.
        if (Version.Major >= 14)
            await SetAsync("client_connection_check_interval", "1s");

        Task SetAsync(string name, string value) => ScalarAsync($"SELECT set_config('{name}', '{value}', false)", cancellationToken);
    }

    // Asked again and again rather than waited for: a waiting session holds a snapshot, and CREATE INDEX CONCURRENTLY of the one that works
    // would wait for it for ever.
    public override async Task<bool> TryLockAsync(string self, CancellationToken cancellationToken) =>
        await ScalarAsync($"SELECT pg_try_advisory_lock({LockKey})", cancellationToken) is true;

    public override async Task<string?> HolderAsync(CancellationToken cancellationToken) =>
        (string?)await ScalarAsync($"""
            SELECT concat('PostgreSQL process ', l.pid, ', user ', a.usename, coalesce(' at ' || host(a.client_addr), ''), ', connected since ', to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS'))
            FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND (l.classid::bigint << 32 | l.objid::bigint) = {LockKey}
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """, cancellationToken);

    public override async Task BeginAsync(TransactionKind kind, CancellationToken cancellationToken)
    {
        if (_batches != (kind == TransactionKind.Batch))
        {
            _batches = !_batches;
            await PlainAsync(_batches ? "SET synchronous_commit = off" : "SET synchronous_commit = on", cancellationToken);
        }
        InTransaction = true;
        await PlainAsync("BEGIN", cancellationToken);
    }

    public override async Task BeginReadAsync(CancellationToken cancellationToken)
    {
        InTransaction = true;
        await PlainAsync("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", cancellationToken);
    }

    public override async Task CommitAsync(CancellationToken cancellationToken)
    {
        await PlainAsync("COMMIT", cancellationToken);
        InTransaction = false;
    }

    public override async Task RollbackAsync()
    {
        if (!InTransaction)
            return;
        InTransaction = false;
        try
        {
            await PlainAsync("ROLLBACK", CancellationToken.None);
        }
        catch (Exception error) when (PostgresErrors.Describe(error) is not null)
        {
            // The connection is gone, and the transaction with it.
        }
    }

    public override async Task<long> RunAsync(string statement, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(parameters.Length == 0 ? PostgresText.AsOne(statement) : statement, parameters);
        return Math.Max(0, await command.ExecuteNonQueryAsync(cancellationToken));
    }

    public override Task SetLockTimeoutAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        PlainAsync(string.Create(CultureInfo.InvariantCulture, $"SET lock_timeout = '{(long)timeout.TotalMilliseconds}ms'"), cancellationToken);

    public override EngineError? Describe(Exception error) => PostgresErrors.Describe(error);

    public override async Task<string> SchemaTextAsync(CancellationToken cancellationToken)
    {
        var parts = await QueryAsync(PostgresSchemaText.Query, int.MaxValue, cancellationToken);
        return string.Join('\n', parts.Rows.Select(row => string.Join(' ', row)));
    }

    public override ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task PlainAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, []);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

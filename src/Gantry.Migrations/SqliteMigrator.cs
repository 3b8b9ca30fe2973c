using Microsoft.Data.Sqlite;
using SQLitePCL;
using Gantry.Migrations.Files;

namespace Gantry.Migrations;

/// <summary>
/// Brings a SQLite database from one revision to the next: each migration is one transaction, together with the row that
/// remembers it, so that a crash at any moment leaves the database at a revision and never between two. Any number of
/// processes may call it at once; one upgrades, the others wait and find nothing to do.
/// </summary>
/// <remarks>
/// Foreign keys are not enforced while a script runs (a table that is built anew would otherwise drag its children along);
/// they are checked before the commit.
/// </remarks>
public sealed class SqliteMigrator(string connectionString, MigrationSet set, TimeProvider time)
{
    private readonly IReadOnlyList<Migration> migrations = set.Migrations;

    // Pooled connections keep their settings; this one's (foreign keys off) must not reach anybody else.
    private readonly string _connectionString = new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ToString();

    /// <summary>How long to wait for another upgrader or writer. 30 s if not set.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where the database is, and what is to be done. Changes nothing, and takes no lock.</summary>
    /// <exception cref="MigrationException">The history is edited, broken or newer than the migrations at hand, or the database cannot be read.</exception>
    public MigrationStatus Status()
    {
        using var connection = Open();
        return Guarded(() => SqliteHistory.Compare(connection, migrations));
    }

    /// <summary>Applies what is pending. What was committed before a failure or a cancellation stays.</summary>
    /// <exception cref="MigrationException">It could not; the message says how far it came.</exception>
    public async Task<UpgradeResult> UpgradeAsync(CancellationToken cancellationToken = default)
    {
        using var connection = Open();
        var status = Guarded(() => SqliteHistory.Compare(connection, migrations));
        if (status.Pending.Count == 0)
            return new UpgradeResult(status.Revision, status.Revision, []);

        using var held = await LockAsync(connection, cancellationToken);
        // Another upgrader may have done the work meanwhile.
        status = Guarded(() => SqliteHistory.Compare(connection, migrations));
        foreach (var migration in status.Pending)
            Apply(connection, migration, forward: true, cancellationToken);
        return new UpgradeResult(status.Revision, migrations.Count, status.Pending);
    }

    /// <summary>Undoes the last migration that was applied. Returns it; null when there is none.</summary>
    /// <exception cref="MigrationException">It has no <c>down.sql</c>, or that failed; nothing was changed.</exception>
    public async Task<Migration?> DowngradeAsync(CancellationToken cancellationToken = default)
    {
        using var connection = Open();
        using var held = await LockAsync(connection, cancellationToken);
        var revision = Guarded(() => SqliteHistory.Compare(connection, migrations)).Revision;
        if (revision == 0)
            return null;

        var last = migrations[revision - 1];
        if (!last.Down.ContainsKey(Dialect.Sqlite))
            throw new MigrationException(MigrationFailure.Irreversible,
                $"{last} has no down.sql: it cannot be undone. Nothing was changed. Restore a backup from before it.")
            { Migration = last.FullName, DatabaseRevision = revision };

        Apply(connection, last, forward: false, cancellationToken);
        return last;
    }

    private void Apply(SqliteConnection connection, Migration migration, bool forward, CancellationToken cancellationToken)
    {
        var database = connection.Handle!;
        var at = forward ? migration.Revision - 1 : migration.Revision;
        // Asked every few thousand steps of SQLite's machine: an interrupt would miss the moment between two statements.
        raw.sqlite3_progress_handler(database, 10_000, _ => cancellationToken.IsCancellationRequested ? 1 : 0, null);
        try
        {
            Execute(connection, "BEGIN IMMEDIATE");
            var broken = SqliteForeignKeys.CountBroken(connection);
            SqliteScript.Run(database, (forward ? migration.Up : migration.Down)[Dialect.Sqlite].Source.Text, forward ? "up.sql" : "down.sql", cancellationToken);
            SqliteForeignKeys.RefuseNewlyBroken(connection, broken, migration, at);
            if (forward)
                SqliteHistory.Add(connection, migration, time.GetUtcNow());
            else
                SqliteHistory.Remove(connection, migration);
            Execute(connection, "COMMIT");
        }
        catch (Exception error)
        {
            raw.sqlite3_progress_handler(database, 0, null, null);
            RollBack(database);
            cancellationToken.ThrowIfCancellationRequested();
            throw error switch
            {
                SqliteScriptException script => SqliteFailure.OfStatement(script, migration, at),
                SqliteException sqlite => SqliteFailure.OfEngine(sqlite, migration, at),
                _ => error,
            };
        }
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            raw.sqlite3_busy_timeout(connection.Handle!, (int)Patience.TotalMilliseconds);
            connection.DefaultTimeout = (int)Math.Ceiling(Patience.TotalSeconds);
            Execute(connection, "PRAGMA foreign_keys = OFF");
            return connection;
        }
        catch (SqliteException error)
        {
            connection.Dispose();
            throw SqliteFailure.OfEngine(error, migration: null, revision: null);
        }
    }

    private Task<UpgradeLock> LockAsync(SqliteConnection connection, CancellationToken cancellationToken) =>
        UpgradeLock.AcquireAsync(
            raw.sqlite3_db_filename(connection.Handle!, "main").utf8_to_string() ?? "", Patience, time, cancellationToken);

    private static T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SqliteException error)
        {
            throw SqliteFailure.OfEngine(error, migration: null, revision: null);
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    // SQLite ends a transaction by itself on some errors (disk full, I/O): then there is nothing to roll back.
    private static void RollBack(sqlite3 database)
    {
        if (raw.sqlite3_get_autocommit(database) == 0)
            raw.sqlite3_exec(database, "ROLLBACK");
    }
}

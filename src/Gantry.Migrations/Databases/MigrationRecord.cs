using System.Globalization;
using Gantry.Migrations.Files;

namespace Gantry.Migrations.Databases;

/// <summary>What a database remembers of its migrations.</summary>
/// <param name="Applied">In order of revision.</param>
/// <param name="Interrupted">The one that was begun in batches and not ended; null when there is none.</param>
/// <param name="Epoch">Of the upgrader that is at work, or died at it; null when none is.</param>
internal sealed record MigrationRecord(IReadOnlyList<AppliedMigration> Applied, InterruptedMigration? Interrupted, string? Epoch)
{
    /// <summary>Nothing was ever applied, and there is no table to remember it in.</summary>
    public static readonly MigrationRecord None = new([], null, null);
}

/// <summary>One migration that was applied.</summary>
internal sealed record AppliedMigration(int Revision, string Name, string Checksum)
{
    public override string ToString() => Migration.Format(Revision, Name);
}

/// <summary>How far a migration in batches has come. Committed together with what it tells of.</summary>
/// <param name="Revision">Of the migration.</param>
/// <param name="Name">Of the migration.</param>
/// <param name="Checksum">Of the migration as it was when it was begun.</param>
/// <param name="Step">The step to run next, from 1; one more than there are when only the record is left to be made.</param>
internal sealed record InterruptedMigration(int Revision, string Name, string Checksum, int Step)
{
    /// <summary>The key of the last row that the step's batches went through; null before the first.</summary>
    public object? Watermark { get; init; }

    /// <summary>Rows of the table that the step has gone through.</summary>
    public long Done { get; init; }

    /// <summary>Rows that the table had when the step began; on PostgreSQL as its statistics have it, where it is large.</summary>
    public long Total { get; init; }

    /// <summary>The schema before the migration, for seeing after an undo that it is restored.</summary>
    public string Schema { get; init; } = "";

    /// <summary>When it was begun, in microseconds since 1970-01-01T00:00:00Z.</summary>
    public long StartedAt { get; init; }

    public override string ToString() => Migration.Format(Revision, Name);
}

/// <summary>
/// The two tables of this tool in a database. <c>gantry_migrations</c> remembers what was applied. <c>gantry_migration_progress</c> is there only while an
/// upgrader is at work (or died at it) and holds one row: its epoch, by which every transaction makes sure that it is still the one upgrader, and how far a
/// migration in batches has come.
/// </summary>
internal static class MigrationTables
{
    private const string CreateHistory = """
        CREATE TABLE IF NOT EXISTS gantry_migrations (
          revision   INTEGER NOT NULL PRIMARY KEY,
          name       TEXT NOT NULL,
          checksum   TEXT NOT NULL,
          applied_at BIGINT NOT NULL
        )
        """;

    // The watermark's column has no type on SQLite: a key keeps its own.
    private static string CreateProgress(Dialect dialect) => $"""
        CREATE TABLE IF NOT EXISTS gantry_migration_progress (
          epoch      TEXT NOT NULL,
          revision   INTEGER,
          name       TEXT,
          checksum   TEXT,
          step       INTEGER,
          watermark  {(dialect == Dialect.Sqlite ? "" : "TEXT")},
          rows_done  BIGINT,
          rows_total BIGINT,
          started_at BIGINT,
          schema     TEXT
        )
        """;

    /// <summary>Reads both tables: one query where there is nothing under way.</summary>
    public static async Task<MigrationRecord> ReadAsync(EngineSession session, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await ReadOnceAsync(session, cancellationToken);
            }
            // The other upgrader has ended between the two queries, and taken its table away.
            catch (Exception error) when (session.Describe(error) is { Subject: ErrorSubject.Missing })
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private static async Task<MigrationRecord> ReadOnceAsync(EngineSession session, CancellationToken cancellationToken)
    {
        QueryResult rows;
        try
        {
            rows = await ReadHistoryAsync(session, cancellationToken);
        }
        catch (Exception error) when (session.Describe(error) is { Subject: ErrorSubject.Missing })
        {
            return MigrationRecord.None;
        }
        if (Convert.ToInt64(rows.Rows[0][0], CultureInfo.InvariantCulture) == 0)
            return new MigrationRecord(Applied(rows), null, null);

        // Somebody may be at work: both tables have to be seen as of one moment.
        await session.BeginReadAsync(cancellationToken);
        try
        {
            return await ReadProgressAsync(session, Applied(await ReadHistoryAsync(session, cancellationToken)), cancellationToken);
        }
        finally
        {
            await session.RollbackAsync();
        }
    }

    private static Task<QueryResult> ReadHistoryAsync(EngineSession session, CancellationToken cancellationToken)
    {
        var underWay = session.Dialect == Dialect.Sqlite
            ? "EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'gantry_migration_progress')"
            : "to_regclass('gantry_migration_progress') IS NOT NULL";
        return session.QueryAsync(
            $"SELECT p.under_way, m.revision, m.name, m.checksum FROM (SELECT {underWay} AS under_way) p LEFT JOIN gantry_migrations m ON 1 = 1 ORDER BY m.revision",
            int.MaxValue, cancellationToken);
    }

    private static List<AppliedMigration> Applied(QueryResult rows) =>
        [.. rows.Rows.Where(row => row[1] is not null).Select(row => new AppliedMigration(Number(row[1]), (string)row[2]!, (string)row[3]!))];

    /// <summary>Makes both tables and takes over the work: whoever had another epoch changes nothing from now on.</summary>
    /// <param name="session">Holds the upgraders' lock.</param>
    /// <param name="epoch">One that was never used before.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <remarks>Waits for a transaction of the former upgrader that is still under way: its row is locked by that.</remarks>
    public static async Task TakeOverAsync(EngineSession session, string epoch, CancellationToken cancellationToken)
    {
        await session.BeginAsync(TransactionKind.Whole, cancellationToken);
        await session.ExecuteAsync(CreateHistory, cancellationToken);
        await session.ExecuteAsync(CreateProgress(session.Dialect), cancellationToken);
        if (await session.ExecuteAsync("UPDATE gantry_migration_progress SET epoch = @epoch", cancellationToken, ("@epoch", epoch)) == 0)
            await session.ExecuteAsync("INSERT INTO gantry_migration_progress (epoch) VALUES (@epoch)", cancellationToken, ("@epoch", epoch));
        await session.CommitAsync(cancellationToken);
    }

    /// <summary>Makes sure, within a transaction, that this is still the one upgrader, and keeps anybody else from becoming it until the transaction ends.</summary>
    /// <exception cref="FencedException">It is not.</exception>
    public static async Task FenceAsync(EngineSession session, string epoch, CancellationToken cancellationToken)
    {
        try
        {
            if (await session.ExecuteAsync("UPDATE gantry_migration_progress SET epoch = epoch WHERE epoch = @epoch", cancellationToken, ("@epoch", epoch)) == 1)
                return;
        }
        catch (Exception error) when (session.Describe(error) is { Subject: ErrorSubject.Missing })
        {
        }
        throw new FencedException();
    }

    /// <summary>Remembers that this migration is under way and how far it has come.</summary>
    public static Task<long> StoreAsync(EngineSession session, InterruptedMigration progress, CancellationToken cancellationToken) =>
        session.ExecuteAsync("""
            UPDATE gantry_migration_progress SET revision = @revision, name = @name, checksum = @checksum, step = @step, watermark = @watermark,
              rows_done = @done, rows_total = @total, started_at = @started, schema = @schema
            """, cancellationToken,
            ("@revision", progress.Revision), ("@name", progress.Name), ("@checksum", progress.Checksum), ("@step", progress.Step), ("@watermark", progress.Watermark),
            ("@done", progress.Done), ("@total", progress.Total), ("@started", progress.StartedAt), ("@schema", progress.Schema));

    /// <summary>Moves the watermark of the step that is under way: part of each batch, so as short as can be.</summary>
    public static Task<long> MoveAsync(EngineSession session, object watermark, long done, CancellationToken cancellationToken) =>
        session.ExecuteAsync("UPDATE gantry_migration_progress SET watermark = @watermark, rows_done = @done", cancellationToken, ("@watermark", watermark), ("@done", done));

    /// <summary>Forgets the migration that was under way.</summary>
    public static Task<long> ClearAsync(EngineSession session, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            "UPDATE gantry_migration_progress SET revision = NULL, name = NULL, checksum = NULL, step = NULL, watermark = NULL, rows_done = NULL, rows_total = NULL, started_at = NULL, schema = NULL",
            cancellationToken);

    /// <summary>Remembers a migration as applied.</summary>
    public static async Task AddAsync(EngineSession session, Migration migration, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(CreateHistory, cancellationToken);
        await session.ExecuteAsync("INSERT INTO gantry_migrations (revision, name, checksum, applied_at) VALUES (@revision, @name, @checksum, @at)", cancellationToken,
            ("@revision", migration.Revision), ("@name", migration.Name), ("@checksum", migration.Checksum), ("@at", Microseconds(at)));
    }

    /// <summary>Forgets a migration that was undone.</summary>
    public static Task<long> RemoveAsync(EngineSession session, Migration migration, CancellationToken cancellationToken) =>
        session.ExecuteAsync("DELETE FROM gantry_migrations WHERE revision = @revision", cancellationToken, ("@revision", migration.Revision));

    /// <summary>Takes the tables away that only an upgrader at work needs, and leaves no trace in a database in which nothing was applied.</summary>
    public static async Task EndAsync(EngineSession session, string epoch, bool forgetHistory, CancellationToken cancellationToken)
    {
        await session.BeginAsync(TransactionKind.Whole, cancellationToken);
        await FenceAsync(session, epoch, cancellationToken);
        if (await session.CountAsync("SELECT count(*) FROM gantry_migration_progress WHERE revision IS NOT NULL", cancellationToken) == 0)
            await session.ExecuteAsync("DROP TABLE gantry_migration_progress", cancellationToken);
        if (forgetHistory && await session.CountAsync("SELECT count(*) FROM gantry_migrations", cancellationToken) == 0)
            await session.ExecuteAsync("DROP TABLE gantry_migrations", cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    internal static long Microseconds(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static async Task<MigrationRecord> ReadProgressAsync(EngineSession session, List<AppliedMigration> applied, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync(
            "SELECT epoch, revision, name, checksum, step, watermark, rows_done, rows_total, started_at, schema FROM gantry_migration_progress", 1, cancellationToken);
        if (rows.Rows.Count == 0)
            return new MigrationRecord(applied, null, null);

        var row = rows.Rows[0];
        var interrupted = row[1] is null ? null : new InterruptedMigration(Number(row[1]), (string)row[2]!, (string)row[3]!, Number(row[4]))
        {
            Watermark = row[5],
            Done = Convert.ToInt64(row[6] ?? 0L, CultureInfo.InvariantCulture),
            Total = Convert.ToInt64(row[7] ?? 0L, CultureInfo.InvariantCulture),
            StartedAt = Convert.ToInt64(row[8] ?? 0L, CultureInfo.InvariantCulture),
            Schema = (string?)row[9] ?? "",
        };
        return new MigrationRecord(applied, interrupted, (string)row[0]!);
    }

    private static int Number(object? value) => Convert.ToInt32(value, CultureInfo.InvariantCulture);
}

/// <summary>Another upgrader has taken over: this one changes nothing any more.</summary>
internal sealed class FencedException : Exception;

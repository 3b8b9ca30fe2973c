using Gantry.Storage.Writing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using SQLitePCL;

namespace Gantry.Storage;

/// <summary>
/// Opens connections with the settings that the guarantees rest on. A context keeps its connection open for its life: opening
/// one for each query costs more than the query.
/// </summary>
internal static class Connections
{
    private const int BusyMilliseconds = 30_000;

    // The first context of a process builds EF Core's services: a second at the same moment would build them again.
    private static readonly Lock Building = new();

    public static string ConnectionString(string databasePath) =>
        new SqliteConnectionStringBuilder { DataSource = databasePath, Pooling = false }.ToString();

    /// <summary>For the writer. FULL with WAL flushes at each commit: what was acknowledged survives a power cut.</summary>
    public static SqliteConnection OpenForWriting(string databasePath) => Open(databasePath, """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON;
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -4096;
        PRAGMA journal_size_limit = 16777216;
        """);

    /// <summary>For a reader, which cannot write. Its cache is small: there may be one for each request under way.</summary>
    public static SqliteConnection OpenForReading(string databasePath) => Open(databasePath, """
        PRAGMA query_only = ON;
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -1024;
        """);

    /// <summary>A context that reads.</summary>
    public static GantryDb NewReader(SqliteConnection connection) => NewContext(connection, QueryTrackingBehavior.NoTracking, null);

    /// <summary>A context that reads and writes.</summary>
    public static GantryDb NewWriter(SqliteConnection connection, RowStatements statements) => NewContext(connection, QueryTrackingBehavior.TrackAll, statements);

    // Transactions are begun and ended by the connection's owner, never by EF Core.
    private static GantryDb NewContext(SqliteConnection connection, QueryTrackingBehavior tracking, RowStatements? statements)
    {
        var options = new DbContextOptionsBuilder<GantryDb>()
            .UseSqlite(connection, sqlite => sqlite.UseParameterizedCollectionMode(ParameterTranslationMode.Parameter))
            .UseQueryTrackingBehavior(tracking)
            .ReplaceService<IDatabase, RowDatabase>()
            .Options;
        var db = new GantryDb(options) { Statements = statements };
        lock (Building)
            db.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
        // Saving looks for changes, once; nothing else needs to.
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        return db;
    }

    /// <summary>Runs a statement without a result.</summary>
    /// <exception cref="SqliteException">It failed.</exception>
    public static void Execute(SqliteConnection connection, string sql)
    {
        var code = raw.sqlite3_exec(connection.Handle!, sql);
        if (code != raw.SQLITE_OK)
            SqliteException.ThrowExceptionForRC(code, connection.Handle!);
    }

    /// <summary>Whether a transaction is under way: SQLite ends one by itself on some errors (disk full, I/O).</summary>
    public static bool InTransaction(SqliteConnection connection) => raw.sqlite3_get_autocommit(connection.Handle!) == 0;

    private static SqliteConnection Open(string databasePath, string pragmas)
    {
        var connection = new SqliteConnection(ConnectionString(databasePath));
        try
        {
            connection.Open();
            raw.sqlite3_busy_timeout(connection.Handle!, BusyMilliseconds);
            Execute(connection, pragmas);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}

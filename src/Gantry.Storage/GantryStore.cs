using Gantry.Migrations;
using Gantry.Migrations.Check;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Upgrade;

namespace Gantry.Storage;

/// <summary>
/// The way to the database. Reads run side by side, each on one unchanging state of it; writes go through one writer that
/// groups what is waiting into one transaction (each change behind a savepoint of its own), so that a thousand small
/// changes cost a handful of disk flushes.
/// </summary>
public sealed class GantryStore : IAsyncDisposable
{
    private readonly ReadPool _reads;
    private readonly GroupWriter _writer;

    private GantryStore(ReadPool reads, GroupWriter writer) => (_reads, _writer) = (reads, writer);

    /// <summary>Where the migrations of this build lie: beside the executable.</summary>
    public static string MigrationsFolder => Path.Combine(AppContext.BaseDirectory, "migrations");

    /// <summary>Opens (and creates, and migrates) the SQLite database at this path.</summary>
    /// <param name="databasePath">The file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="upgrade">Whether to bring an older database to this build's schema; else one that is older is refused.</param>
    /// <param name="cancellationToken">Stops an upgrade, between two of its steps.</param>
    /// <exception cref="MigrationException">The database could not be brought to the schema of this build; the message says why.</exception>
    public static async Task<GantryStore> OpenAsync(string databasePath, TimeProvider time, bool upgrade = true, CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(databasePath))!);
        var migrations = MigrationFolder.Read(MigrationsFolder);
        var upgrader = new Upgrader(DatabaseAddress.OfFile(databasePath), migrations, new UpgradeOptions { Check = CheckUnlessNew(migrations) }, null, time);
        if (upgrade)
            await upgrader.UpgradeAsync(cancellationToken: cancellationToken);
        else if (await upgrader.StatusAsync(cancellationToken) is { Pending: [var first, ..] } status)
            throw new MigrationException(MigrationFailure.SchemaBehind,
                $"The database is at revision {status.Revision}, this build needs {status.Revision + status.Pending.Count}, and upgrading at start is turned off (--upgrade never). "
                + "Nothing was changed. Run: gantry db upgrade")
            { Migration = first.FullName, DatabaseRevision = status.Revision };
        return new GantryStore(new ReadPool(databasePath), new GroupWriter(databasePath));
    }

    // The tests hold that Gantry's own migrations pass; a new database has no rows that they could hurt, and its first start should not wait for the check.
    private static UpgradeCheck CheckUnlessNew(MigrationSet migrations) => (pending, revision, dialect, cancellationToken) =>
        revision == 0 ? ValueTask.FromResult<string?>(null) : CheckBeforeUpgrade.Of(migrations)(pending, revision, dialect, cancellationToken);

    /// <summary>
    /// Grows when users, projects or members were written, before the one who asked for it hears of the commit: what was read of them
    /// after looking at it holds for as long as it stays the same.
    /// </summary>
    public long AccessVersion => _writer.AccessVersion;

    /// <summary>
    /// Reads on the calling thread, without tracking: all queries of one call see the same state of the database.
    /// The result must not hold on to the context.
    /// </summary>
    public T Read<T>(Func<GantryDb, T> query) => _reads.Run(query);

    /// <summary>
    /// Changes rows in a transaction; completes after the commit has reached the disk. When <paramref name="change"/> throws, its own changes
    /// are rolled back and the task fails with that exception; others in the same group are not touched.
    /// SaveChanges is called by the writer. Fails with <see cref="StoreFullException"/> when the disk is full.
    /// </summary>
    /// <param name="change">Runs once, on the writer's thread: it must neither wait for anything nor keep the context.</param>
    /// <param name="cancellationToken">Honoured until the change begins.</param>
    public Task<T> WriteAsync<T>(Func<GantryDb, T> change, CancellationToken cancellationToken = default) =>
        _writer.Add(change, cancellationToken);

    /// <summary>Gives back what only many readers at once, or many writes, needed: all reading connections but one, and cached pages.</summary>
    public Task ReleaseMemoryAsync()
    {
        _reads.ReleaseMemory();
        return _writer.ReleaseMemoryAsync();
    }

    /// <summary>Writes what waits, then closes the database.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _reads.Dispose();
    }
}

using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Rehearse.Compare;
using Gantry.Migrations.Rehearse.Scratch;
using Gantry.Migrations.Schemas;

namespace Gantry.Migrations.Rehearse;

/// <summary>
/// The scratch databases of a rehearsal, brought to where it starts. The database's own engine starts from the database's own schema, which may not be what its
/// migrations make; the other one, which has no such database, from the migrations that are applied already.
/// </summary>
internal sealed class RehearsalStage(MigrationSet set, RehearsalOptions options, TimeProvider time) : IAsyncDisposable
{
    public List<IScratch> Scratches { get; } = [];

    public List<string> Engines { get; } = [];

    public List<string> Notes { get; } = [];

    /// <summary>How many migrations the start has already.</summary>
    public int Applied { get; private set; }

    /// <summary>Where PostgreSQL's scratch databases are made; null without one.</summary>
    public PostgresScratchServer? Server { get; private set; }

    /// <summary>Makes it ready.</summary>
    /// <exception cref="RehearsalException">It cannot be; nothing was changed.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        Refuse();
        if (options.Against is not null)
            Server = await PostgresScratchServer.ConnectAsync(options.Against, time, cancellationToken);
        var real = await ReadRealAsync(cancellationToken);
        await OpenSqliteAsync(real, cancellationToken);
        await OpenPostgresAsync(real, cancellationToken);
        if (Scratches.Count == 0)
            throw new RehearsalException("There is no engine that these migrations could be rehearsed on. Nothing was run. Migrations for PostgreSQL need a server for scratch databases: --against postgres://user@host/database.");
    }

    /// <summary>The schema that DDL makes in an empty database.</summary>
    public async Task<DatabaseSchema> SchemaOfAsync(Dialect dialect, string ddl, CancellationToken cancellationToken)
    {
        await using IScratch empty = dialect == Dialect.Sqlite ? new SqliteScratch() : await PostgresScratch.OpenAsync(await Server!.CreateAsync(cancellationToken), cancellationToken);
        await empty.StartFromAsync(ddl, cancellationToken);
        await empty.ResetAsync(cancellationToken);
        return await empty.SchemaAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var scratch in Scratches)
            await scratch.DisposeAsync();
        if (Server is not null)
            await Server.DisposeAsync();
    }

    private void Refuse()
    {
        if (options.Copy && options.Database is null)
            throw new RehearsalException("--copy needs the database that is to be copied: --database FILE or URL. Nothing was run.");
        if (options.Database is { Dialect: Dialect.Postgres } && options.Against is null)
            throw new RehearsalException($"{options.Database} is a PostgreSQL database, and it is never touched itself: give a server for scratch databases, --against postgres://user@host/database. It may be the same server. Nothing was run.");
        if (options.Database is { } database && !set.Migrations.All(migration => migration.Up.ContainsKey(database.Dialect)))
            throw new RehearsalException($"{database} is a {Name(database.Dialect)} database, and {set.Migrations.First(migration => !migration.Up.ContainsKey(database.Dialect))} is not written for it. Nothing was run.");
    }

    /// <summary>The real database's schema and how far it has come; null without one, or when its file is not there yet.</summary>
    private async Task<DatabaseSchema?> ReadRealAsync(CancellationToken cancellationToken)
    {
        Applied = options.Applied ?? 0;
        if (options.Database is not { } database || (database.File is { } file && !File.Exists(file)))
            return null;
        try
        {
            await using var connection = ReadOnly(database).Connect();
            await connection.OpenAsync(cancellationToken);
            var schema = await LiveSchema.ReadAsync(connection, database.Dialect, cancellationToken);
            Applied = options.Applied ?? await AppliedRevision.ReadAsync(connection, schema, set, database, cancellationToken);
            return schema;
        }
        catch (System.Data.Common.DbException error)
        {
            throw new RehearsalException($"{database} cannot be read: {error.Message} Nothing was changed.", error);
        }
    }

    private async Task OpenSqliteAsync(DatabaseSchema? real, CancellationToken cancellationToken)
    {
        if (!set.Migrations.All(migration => migration.Up.ContainsKey(Dialect.Sqlite)))
            return;
        var scratch = new SqliteScratch();
        Scratches.Add(scratch);
        Engines.Add("SQLite " + SQLitePCL.raw.sqlite3_libversion().utf8_to_string());
        if (real?.Dialect == Dialect.Sqlite)
        {
            await using var connection = ReadOnly(options.Database!).Connect();
            await connection.OpenAsync(cancellationToken);
            var ddl = await LiveSchema.QueryAsync(connection, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow') ORDER BY type <> 'table', rowid", row => row.GetString(0), cancellationToken);
            await CompareAsync(new SqliteScratch(), real, cancellationToken);
            await scratch.StartFromAsync(string.Join(";\n", ddl), cancellationToken);
        }
        else
            await BringUpAsync(scratch, cancellationToken);
    }

    private async Task OpenPostgresAsync(DatabaseSchema? real, CancellationToken cancellationToken)
    {
        if (Server is null)
            return;
        if (!set.Migrations.All(migration => migration.Up.ContainsKey(Dialect.Postgres)))
        {
            Notes.Add("These migrations are written for SQLite alone: --against was not used.");
            return;
        }
        var address = await Server.CreateAsync(cancellationToken);
        if (real?.Dialect == Dialect.Postgres)
            await PostgresPrograms.CopyAsync(options.Database!, address, schemaOnly: true, cancellationToken);
        var scratch = await PostgresScratch.OpenAsync(address, cancellationToken);
        Scratches.Add(scratch);
        Engines.Add("PostgreSQL " + Server.Version);
        if (real?.Dialect == Dialect.Postgres)
            await CompareAsync(await PostgresScratch.OpenAsync(await Server.CreateAsync(cancellationToken), cancellationToken), real, cancellationToken);
        else
            await BringUpAsync(scratch, cancellationToken);
    }

    private async Task BringUpAsync(IScratch scratch, CancellationToken cancellationToken)
    {
        foreach (var migration in set.Migrations.Take(Applied))
            if ((await scratch.AdvanceAsync(new ScriptRun(migration.Up[scratch.Dialect]), cancellationToken)).Failure is { } failure)
            {
                // The real database's own engine is enough; the other one was only to compare with.
                if (Scratches.Count > 1 || options.Database?.Dialect != scratch.Dialect)
                    Notes.Add($"{Name(scratch.Dialect)} was left out: {migration}, which the database has already, does not run there on an empty database ({failure.Message}).");
                await scratch.DisposeAsync();
                Engines.RemoveAt(Scratches.IndexOf(scratch));
                Scratches.Remove(scratch);
                return;
            }
    }

    /// <summary>Tells when the real schema is not what its migrations make: somebody changed it by hand, or edited a migration.</summary>
    private async Task CompareAsync(IScratch empty, DatabaseSchema real, CancellationToken cancellationToken)
    {
        await using var scratch = empty;
        foreach (var migration in set.Migrations.Take(Applied))
            if ((await scratch.AdvanceAsync(new ScriptRun(migration.Up[scratch.Dialect]), cancellationToken)).Failure is not null)
                return;
        await scratch.ResetAsync(cancellationToken);
        if (Applied > 0 && SchemaDifference.Find(real, await scratch.SchemaAsync(cancellationToken), "in the database", "by its migrations") is { Count: > 0 } differences)
            Notes.Add($"{options.Database} is not quite what its {Applied} applied migrations make; the rehearsal starts from what it is: {string.Join("; ", differences.Take(5))}{(differences.Count > 5 ? "; …" : "")}.");
    }

    private static DatabaseAddress ReadOnly(DatabaseAddress database) => database.Dialect == Dialect.Postgres ? database : database with
    {
        ConnectionString = new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(database.ConnectionString) { Mode = Microsoft.Data.Sqlite.SqliteOpenMode.ReadOnly }.ToString(),
    };

    private static string Name(Dialect dialect) => dialect == Dialect.Sqlite ? "SQLite" : "PostgreSQL";
}

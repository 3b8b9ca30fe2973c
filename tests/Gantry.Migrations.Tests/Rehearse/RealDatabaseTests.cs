using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Rehearse;
using Gantry.Migrations.Tests.Postgres;
using Gantry.Migrations.Upgrade;

namespace Gantry.Migrations.Tests.Rehearse;

/// <summary>Rehearsals that start from a database, and on a copy of it.</summary>
// One after the other: some of them count the scratch databases that are left on the server.
[Collection("rehearsals")]
public sealed class RealDatabaseTests(PostgresServer postgres)
{
    private const string Schema = """
        CREATE TABLE users (id TEXT NOT NULL PRIMARY KEY);
        CREATE TABLE notes (id TEXT NOT NULL PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (id), title TEXT);
        """;
    private const string Rows = "INSERT INTO users VALUES ('ann'), ('bob'); INSERT INTO notes VALUES ('1', 'ann', 'one'), ('2', 'bob', NULL), ('3', 'bob', 'three');";

    [Fact]
    public async Task RunAsync_CopyOfSqlite_ChangesNothingAndPasses()
    {
        using var play = new Play().Add(Schema, "DROP TABLE notes; DROP TABLE users").Add("ALTER TABLE notes ADD COLUMN size INTEGER; UPDATE notes SET size = length(title)", "ALTER TABLE notes DROP COLUMN size");
        var database = await MakeAsync(play, DatabaseAddress.OfFile(Path.Combine(play.Root, "app.db")));
        var before = await File.ReadAllBytesAsync(database.File!);
        var beside = Directory.GetFileSystemEntries(play.Root).Order().ToList();

        var report = await RunAsync(play, database);

        Assert.True(report.Passed, Play.Text(report));
        Assert.Equal([false, true], report.Migrations.Select(migration => migration.OnCopy));
        Assert.Equal(5, report.Migrations[1].Rows);
        Assert.Equal(3, report.Migrations[1].RowsTouched);
        Assert.Equal("restores schema and rows", report.Migrations[1].WayBack);
        Assert.Equal(before, await File.ReadAllBytesAsync(database.File!));
        Assert.Equal(beside, Directory.GetFileSystemEntries(play.Root).Order());
    }

    [Theory]
    [InlineData("ALTER TABLE notes ADD COLUMN n TEXT; UPDATE notes SET title = coalesce(title, '')", "ALTER TABLE notes DROP COLUMN n", RehearsalRule.DownLosesData)]
    [InlineData("DELETE FROM notes WHERE title IS NULL", null, RehearsalRule.RowsChanged)]
    [InlineData("CREATE UNIQUE INDEX ux ON notes (user_id)", null, RehearsalRule.StatementFailed)]
    [InlineData("-- assumes: notes: title IS NOT NULL\nUPDATE notes SET title = title", null, RehearsalRule.AssumptionBroken)]
    public async Task RunAsync_CopyOfSqliteWithFault_IsFoundOnTheCopyToo(string up, string? down, RehearsalRule rule)
    {
        using var play = new Play().Add(Schema).Add(up, down);
        var database = await MakeAsync(play, DatabaseAddress.OfFile(Path.Combine(play.Root, "app.db")));

        var report = await RunAsync(play, database);

        Assert.Contains(report.Migrations.Single(migration => migration.OnCopy).Findings, finding => finding.Rule == rule);
    }

    [Fact]
    public async Task RunAsync_CopyOfPostgres_RunsBatchesUpDownUpAndLeavesNothingBehind()
    {
        await using var cluster = await OwnClusterAsync();
        using var play = new Play().Add(Schema).Add(
            "-- step: expand\nALTER TABLE notes ADD COLUMN size INTEGER;\n-- step: backfill table=notes key=id batch=1\nUPDATE notes SET size = length(title) WHERE size IS NULL;\n", "ALTER TABLE notes DROP COLUMN size");
        var database = await MakeAsync(play, DatabaseAddress.Parse(await cluster.CreateDatabaseAsync()));
        var name = database.Display.Split('/')[^1];
        var before = await cluster.DumpAsync(name);

        var report = await RunAsync(play, database, DatabaseAddress.Parse(cluster.Url("postgres")));

        Assert.True(report.Passed, Play.Text(report));
        Assert.Equal([false, true], report.Migrations.Select(migration => migration.OnCopy));
        Assert.Equal("restores schema and rows", report.Migrations[1].WayBack);
        Assert.Equal(Stable(before), Stable(await cluster.DumpAsync(name)));
        Assert.Equal("", await cluster.ExecuteAsync("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'gantry_rehearsal%'"));
    }

    [Fact]
    public async Task RunAsync_DatabaseThatWasChangedByHand_StartsFromWhatItIsAndSaysSo()
    {
        using var play = new Play().Add(Schema).Add("ALTER TABLE notes DROP COLUMN extra");
        var database = await MakeAsync(play, DatabaseAddress.OfFile(Path.Combine(play.Root, "app.db")), "ALTER TABLE notes ADD COLUMN extra TEXT;");

        var report = await RunAsync(play, database, copy: false);

        Assert.True(report.Passed, Play.Text(report));
        Assert.Contains(report.Notes, note => note.Contains("the column extra is only there in the database", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_CancelledInTheMiddle_DropsItsScratchDatabases()
    {
        await using var cluster = await OwnClusterAsync();
        using var play = new Play().Add(Schema).Add("UPDATE notes SET title = title");
        using var cancel = new CancellationTokenSource();
        var progress = new Watch((done, _) =>
        {
            if (done == 5)
                cancel.Cancel();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await new Rehearsal(play.Set, TimeProvider.System).RunAsync(
            new RehearsalOptions { Against = DatabaseAddress.Parse(cluster.Url("postgres")) }, progress, cancel.Token));

        var seen = await cluster.ExecuteAsync("postgres", $"SELECT count(*) FROM pg_database WHERE datname LIKE 'gantry_rehearsal%\\_{Environment.ProcessId}\\_%'");
        Assert.Equal("0", seen.Trim());
    }

    [Fact]
    public async Task RunAsync_ScratchDatabasesLeftBehind_AreDroppedUnlessTheyAreNewOrInUse()
    {
        var cluster = await postgres.ClusterAsync();
        var (old, young) = ("gantry_rehearsal_1700000000_1_left", $"gantry_rehearsal_{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}_1_left");
        await cluster.ExecuteAsync("postgres", $"CREATE DATABASE {old}");
        await cluster.ExecuteAsync("postgres", $"CREATE DATABASE {young}");
        using var play = new Play().Add("SELECT 1");

        await play.RunAsync(postgres);

        Assert.Equal(young, (await cluster.ExecuteAsync("postgres", "SELECT datname FROM pg_database WHERE datname LIKE '%\\_left'")).Trim());
        await cluster.ExecuteAsync("postgres", $"DROP DATABASE {young}");
    }

    // Where what is left behind is looked for, no other test may rehearse at the same time.
    private static Task<Testing.PrivateCluster> OwnClusterAsync()
    {
        Assert.SkipUnless(Testing.PrivateCluster.Available, Testing.PrivateCluster.Needs);
        return Testing.PrivateCluster.StartInMemoryAsync();
    }

    [Fact]
    public async Task RunAsync_WhatCannotBeServed_IsRefusedInASentence()
    {
        var cluster = await postgres.ClusterAsync();
        using var play = new Play().Add(Schema);
        async Task<string> RefusedAsync(RehearsalOptions options) =>
            (await Assert.ThrowsAsync<RehearsalException>(() => new Rehearsal(play.Set, TimeProvider.System).RunAsync(options))).Message;
        var guarded = DatabaseAddress.Parse($"postgres://guarded:{Testing.PrivateCluster.GuardedPassword}@127.0.0.1:{cluster.Port}/postgres");
        var nowhere = DatabaseAddress.Parse("postgres://postgres@127.0.0.1:1/postgres");

        Assert.Contains("may not create databases", await RefusedAsync(new RehearsalOptions { Against = guarded }), StringComparison.Ordinal);
        Assert.Contains("cannot be used for scratch databases", await RefusedAsync(new RehearsalOptions { Against = nowhere }), StringComparison.Ordinal);
        Assert.Contains("--against", await RefusedAsync(new RehearsalOptions { Database = DatabaseAddress.Parse(cluster.Url("postgres")) }), StringComparison.Ordinal);
        Assert.Contains("--database", await RefusedAsync(new RehearsalOptions { Copy = true }), StringComparison.Ordinal);
        Assert.Contains("no database at", await RefusedAsync(new RehearsalOptions { Copy = true, Database = DatabaseAddress.OfFile(Path.Combine(play.Root, "none.db")) }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_Snapshot_MustEqualWhatTheMigrationsMake()
    {
        using var play = new Play().Add(Schema).Add("CREATE INDEX ix_notes ON notes (user_id)", "DROP INDEX ix_notes");
        async Task<RehearsalReport> ComparedAsync(string ddl) => await new Rehearsal(play.Set, TimeProvider.System).RunAsync(
            new RehearsalOptions { Scenarios = 3, Snapshot = new Dictionary<Dialect, string> { [Dialect.Sqlite] = ddl } });

        Assert.True((await ComparedAsync(Schema + "CREATE INDEX ix_notes ON notes (user_id);")).Passed);
        var finding = Assert.Single(Play.Findings(await ComparedAsync(Schema)));
        Assert.Equal(RehearsalRule.SchemaDiffers, finding.Rule);
        Assert.Contains("ix_notes", Assert.Single(finding.Evidence), StringComparison.Ordinal);
    }

    /// <summary>What other tools remember in a database that has the first of two migrations.</summary>
    [Theory]
    [InlineData("CREATE TABLE flyway_schema_history (installed_rank INTEGER PRIMARY KEY, version TEXT, success BOOLEAN NOT NULL); INSERT INTO flyway_schema_history VALUES (1, '1', 1), (2, NULL, 1), (3, '2', 0)", "V1__a.sql", "V2__b.sql")]
    [InlineData("CREATE TABLE schema_migrations (version BIGINT NOT NULL PRIMARY KEY, dirty BOOLEAN NOT NULL); INSERT INTO schema_migrations VALUES (1, 0)", "000001_a.up.sql", "000002_b.up.sql")]
    [InlineData("CREATE TABLE schema_migrations (version VARCHAR(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES ('20240101000000')", "20240101000000_a.sql", "20240102000000_b.sql")]
    public async Task RunAsync_DatabaseOfAnotherTool_StartsWhereThatToolIs(string record, string first, string second)
    {
        using var play = new Play();
        var folder = Directory.CreateDirectory(Path.Combine(play.Root, "theirs")).FullName;
        var mark = first.StartsWith("2024", StringComparison.Ordinal) ? "-- migrate:up\n" : "";
        await File.WriteAllTextAsync(Path.Combine(folder, first), mark + Schema);
        await File.WriteAllTextAsync(Path.Combine(folder, second), mark + "ALTER TABLE users ADD COLUMN late TEXT;");
        var database = DatabaseAddress.OfFile(Path.Combine(play.Root, "theirs.db"));
        await ExecuteAsync(database, Schema + record);

        var report = await new Rehearsal(MigrationSource.Read(folder, Dialect.Sqlite), TimeProvider.System).RunAsync(new RehearsalOptions { Scenarios = 3, Copy = true, Database = database });

        Assert.True(report.Passed, Play.Text(report));
        Assert.Equal([false, true], report.Migrations.Select(migration => migration.OnCopy));
    }

    [Fact]
    public async Task RunAsync_AnotherToolsFilesForPostgresOnSqlite_SaysHowToNameAServer()
    {
        using var play = new Play();
        var folder = Directory.CreateDirectory(Path.Combine(play.Root, "theirs")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "V1__a.sql"), "CREATE TABLE users (id UUID DEFAULT gen_random_uuid() PRIMARY KEY);");
        await File.WriteAllTextAsync(Path.Combine(folder, "V2__b.sql"), "ALTER TABLE users ADD COLUMN late TEXT;");

        var report = await new Rehearsal(MigrationSource.Read(folder, null), TimeProvider.System).RunAsync(new RehearsalOptions { Scenarios = 3 });

        Assert.False(report.Passed);
        Assert.Contains("--against", report.Notes[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_DatabaseMarkedDirty_IsRefused()
    {
        using var play = new Play().Add(Schema);
        var database = DatabaseAddress.OfFile(Path.Combine(play.Root, "dirty.db"));
        await ExecuteAsync(database, Schema + "CREATE TABLE schema_migrations (version BIGINT NOT NULL PRIMARY KEY, dirty BOOLEAN NOT NULL); INSERT INTO schema_migrations VALUES (1, 1)");

        var error = await Assert.ThrowsAsync<RehearsalException>(() => new Rehearsal(play.Set, TimeProvider.System).RunAsync(new RehearsalOptions { Database = database }));

        Assert.Contains("marked dirty", error.Message, StringComparison.Ordinal);
    }

    private static async Task ExecuteAsync(DatabaseAddress database, string sql)
    {
        await using var connection = database.Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<DatabaseAddress> MakeAsync(Play play, DatabaseAddress database, string more = "")
    {
        await new Upgrader(database, play.Set, new UpgradeOptions { Backup = false }, null, TimeProvider.System).UpgradeAsync(1);
        await using var connection = database.Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = Rows + more;
        await command.ExecuteNonQueryAsync();
        return database;
    }

    private static Task<RehearsalReport> RunAsync(Play play, DatabaseAddress database, DatabaseAddress? against = null, bool copy = true) =>
        new Rehearsal(play.Set, TimeProvider.System).RunAsync(new RehearsalOptions { Scenarios = 20, Copy = copy, Database = database, Against = against });

    // Newer pg_dumps write a random word into each dump.
    private static string Stable(string dump) => string.Join('\n', dump.Split('\n').Where(line => !line.StartsWith('\\')));

    private sealed class Watch(Action<int, int> scenario) : IRehearsalProgress
    {
        public void Scenario(string migration, int done, int total, int faults) => scenario(done, total);

        public void Stage(string migration, string what)
        {
        }
    }
}

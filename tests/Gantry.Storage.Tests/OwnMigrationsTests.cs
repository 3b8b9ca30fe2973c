using Gantry.Migrations;
using Gantry.Migrations.Check;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Rehearse;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Upgrade;
using Gantry.Testing;

namespace Gantry.Storage.Tests;

/// <summary>Gantry's own migrations are held to what it asks of everybody's: checked, rehearsed, and the same on both engines.</summary>
public sealed class OwnMigrationsTests
{
    private static MigrationSet Own => MigrationFolder.Read(GantryStore.MigrationsFolder);

    [Theory]
    [InlineData(Dialect.Sqlite)]
    [InlineData(Dialect.Postgres)]
    public void Check_OwnMigrations_FindsNothing(Dialect dialect)
    {
        var report = Checker.Check(Own, start: null, dialect, new CheckOptions { Lock = MigrationsLock.Read(Own) });

        Assert.Empty(report.Findings.Select(finding => $"{finding.Rule}: {finding.Message}"));
        Assert.Empty(report.Suppressed);
        Assert.NotEqual(0, report.Statements);
    }

    [Fact]
    public void Lock_OwnMigrations_PinsEachOfThem()
    {
        // After a new migration: ./gantry db check --migrations src/Gantry.Storage/Migrations --write-lock --dialect sqlite
        Assert.Equal(Own.Migrations.Select(migration => migration.FullName), MigrationsLock.Read(Own)!.Released.Select(released => released.Name));
    }

    [Fact]
    public async Task Rehearse_OwnMigrationsOnBothEngines_FindsNothing()
    {
        await using var cluster = await StartAsync();
        var options = new RehearsalOptions { Against = DatabaseAddress.Parse(cluster.Url("postgres")) };

        var report = await new Rehearsal(Own, TimeProvider.System).RunAsync(options, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(2, report.Engines.Count);
        Assert.Equal(Own.Migrations.Count, report.Migrations.Count);
        Assert.Empty(report.Migrations.SelectMany(migration => migration.Findings));
    }

    [Fact]
    public async Task Upgrade_OnPostgres_MakesTheSchemaOfSqlite()
    {
        await using var cluster = await StartAsync();
        using var folder = new TempFolder();

        var sqlite = await UpgradedAsync(DatabaseAddress.OfFile(folder.Database));
        var postgres = await UpgradedAsync(DatabaseAddress.Parse(await cluster.CreateDatabaseAsync()));

        // SchemaTests hold EF Core's mapping against SQLite's; so it is that of PostgreSQL, too.
        Assert.Equal(Describe(sqlite), Describe(postgres));
    }

    private static Task<PrivateCluster> StartAsync()
    {
        Assert.SkipUnless(PrivateCluster.Available, PrivateCluster.Needs);
        return PrivateCluster.StartInMemoryAsync();
    }

    private static async Task<DatabaseSchema> UpgradedAsync(DatabaseAddress address)
    {
        await new Upgrader(address, Own, null, null, TimeProvider.System).UpgradeAsync();
        await using var connection = address.Connect();
        await connection.OpenAsync();
        return await LiveSchema.ReadAsync(connection, address.Dialect);
    }

    /// <summary>All that both engines must agree on, a line each.</summary>
    private static IEnumerable<string> Describe(DatabaseSchema schema) => schema.Tables
        .Where(table => !table.Name.StartsWith("gantry_", StringComparison.Ordinal))
        .SelectMany(table => (string[])
        [
            .. table.Columns.Select(column => $"{table.Name}.{column.Name} {column.Type.ToUpperInvariant()}{(column.NotNull ? " NOT NULL" : "")}"),
            .. table.Keys.Select(key => $"{table.Name} unique ({string.Join(", ", key.Columns!)}){(key.Primary ? " primary" : "")}{(key.Predicate is null ? "" : " partial")}"),
            .. table.ForeignKeys.Select(key => $"{table.Name} ({string.Join(", ", key.Columns)}) -> {key.ParentTable} ({string.Join(", ", key.ParentColumns)}) {key.OnDelete}"),
            .. table.Indexes.Select(index => $"index {index.Name} of {table.Name} ({string.Join(", ", index.Parts.Select(part => part.Column))}){(index.Predicate is null ? "" : " partial")}"),
            $"{table.Name}: {table.Checks.Count} checks",
        ]).Order(StringComparer.Ordinal);
}

using System.Runtime.CompilerServices;
using Gantry.Migrations;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Upgrade;
using Gantry.Model.States;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Gantry.Storage.Tests;

/// <summary>The schema is said three times: by the migrations, by the mapping, and by the mapping's compiled form. They must say the same.</summary>
public sealed class SchemaTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private GantryStore _store = null!;

    public async ValueTask InitializeAsync() => _store = await _folder.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void Migrations_AllApplied_MakeTheCommittedSchema()
    {
        var schema = string.Join("\n\n", Rows("SELECT sql || ';' FROM sqlite_master WHERE sql IS NOT NULL ORDER BY tbl_name, type DESC, name").Select(row => row[0])) + "\n";
        var snapshot = Path.Combine(StorageSources(), "schema.sql");
        if (Environment.GetEnvironmentVariable("GANTRY_WRITE_SCHEMA") is not null)
            File.WriteAllText(snapshot, schema);

        // After a new migration: run this test once with GANTRY_WRITE_SCHEMA=1 and commit the file.
        Assert.Equal(File.ReadAllText(snapshot), schema);
    }

    [Fact]
    public void Mapping_TablesColumnsAndKeys_AreThoseOfTheMigrations()
    {
        var mapped = _store.Read(db => db.GetService<IDesignTimeModel>().Model.GetRelationalModel().Tables.SelectMany(table =>
            table.Columns.Select(column => string.Join(' ',
                table.Name, column.Name, Family(column.StoreType), column.IsNullable ? "null" : "not null",
                table.PrimaryKey!.Columns.Contains(column) ? "key" : ""))).ToHashSet());

        var migrated = Rows("""
            SELECT t.name, c.name, c.type, c."notnull", c.pk FROM sqlite_master t, pragma_table_info(t.name) c
            WHERE t.type = 'table' AND t.name <> 'gantry_migrations'
            """).Select(row => string.Join(' ', row[0], row[1], Family(row[2]), row[3] == "1" ? "not null" : "null", row[4] == "0" ? "" : "key")).ToHashSet();

        Assert.Equal(migrated.Order(), mapped.Order());
    }

    [Fact]
    public void Mapping_ForeignKeys_AreThoseOfTheMigrations()
    {
        var mapped = _store.Read(db => db.GetService<IDesignTimeModel>().Model.GetRelationalModel().Tables.SelectMany(table =>
            table.ForeignKeyConstraints.Select(key => $"{table.Name}.{Assert.Single(key.Columns).Name} -> {key.PrincipalTable.Name}")).ToHashSet());

        var migrated = Rows("""
            SELECT t.name, k."from", k."table" FROM sqlite_master t, pragma_foreign_key_list(t.name) k WHERE t.type = 'table'
            """).Select(row => $"{row[0]}.{row[1]} -> {row[2]}").ToHashSet();

        Assert.Equal(migrated.Order(), mapped.Order());
    }

    [Fact]
    public void CompiledModel_ComparedWithTheMapping_IsUpToDate()
    {
        // When this fails: src/Gantry.Storage/CompiledModel/generate
        var (compiled, mapped) = _store.Read(db => (Describe(db.Model), Describe(db.GetService<IDesignTimeModel>().Model)));

        Assert.Contains("Compiled", _store.Read(db => db.Model.GetType().FullName), StringComparison.Ordinal);
        Assert.Equal(mapped, compiled);
    }

    [Fact]
    public void Checks_StatusesOfRunsAndJobs_AreThoseOfTheModel()
    {
        Assert.Equal(Enum.GetValues<RunStatus>().Select(status => status.WireName()), Allowed("runs"));
        Assert.Equal(Enum.GetValues<JobStatus>().Select(status => status.WireName()), Allowed("jobs"));

        IEnumerable<string> Allowed(string table)
        {
            var sql = Rows($"SELECT sql FROM sqlite_master WHERE name = '{table}'")[0][0];
            var list = sql[(sql.IndexOf("status IN", StringComparison.Ordinal) + 9)..];
            return list[(list.IndexOf('(') + 1)..list.IndexOf(')')].Split(',').Select(word => word.Trim().Trim('\''));
        }
    }

    [Fact]
    public async Task Migrations_DownAndUpAgain_RestoreTheSchema()
    {
        var before = Rows("SELECT sql FROM sqlite_master ORDER BY name");
        await _store.DisposeAsync();
        var migrations = MigrationFolder.Read(GantryStore.MigrationsFolder);
        var upgrader = new Upgrader(DatabaseAddress.OfFile(_folder.Database), migrations, null, null, TimeProvider.System);
        foreach (var migration in migrations.Migrations.Reverse())
            Assert.Equal(migration, await upgrader.DownAsync());
        Assert.Equal("gantry_migrations", Assert.Single(Rows("SELECT name FROM sqlite_master"))[0]);

        _store = await _folder.OpenAsync();

        Assert.Equal(before.Select(row => row[0]), Rows("SELECT sql FROM sqlite_master ORDER BY name").Select(row => row[0]));
    }

    private static string Family(string type) => type is "BIGINT" or "BOOLEAN" or "INTEGER" ? "number" : type;

    private static string Describe(IReadOnlyModel model) => string.Join('\n', model.GetEntityTypes().OrderBy(type => type.Name).SelectMany(type =>
        type.GetProperties().OrderBy(property => property.Name).Select(property => string.Join(' ',
            type.ClrType.Name, type.GetTableName(), property.Name, property.GetColumnName(), property.ClrType.Name, property.IsNullable,
            property.IsConcurrencyToken, property.ValueGenerated, property.IsKey(), property.GetTypeMapping().Converter?.GetType().Name))
        .Concat(type.GetForeignKeys().Select(key => $"{type.ClrType.Name} {key.Properties[0].Name} -> {key.PrincipalEntityType.ClrType.Name} {key.DeleteBehavior}").Order())));

    private static string StorageSources([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../src/Gantry.Storage"));

    private List<string[]> Rows(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string[]>();
        while (reader.Read())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i).ToString()!)]);
        return rows;
    }
}

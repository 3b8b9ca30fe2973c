using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Upgrade;
using Microsoft.Data.Sqlite;

namespace Gantry.Migrations.Tests;

/// <summary>A folder of migrations and a database, both gone with the test.</summary>
internal sealed class Scratch : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("gantry-migrations-").FullName;

    public string Folder => Path.Combine(Root, "migrations");

    public string Database => Path.Combine(Root, "test.db");

    public string ConnectionString => $"Data Source={Database};Pooling=False";

    public Scratch() => Directory.CreateDirectory(Folder);

    public Scratch Add(string name, string up, string? down = null)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "up.sql"), up);
        if (down is not null)
            File.WriteAllText(Path.Combine(folder, "down.sql"), down);
        return this;
    }

    public Upgrader Upgrader(TimeSpan? patience = null) =>
        new(DatabaseAddress.OfFile(Database), MigrationFolder.Read(Folder), Options(patience ?? TimeSpan.FromSeconds(30)), null, TimeProvider.System);

    public Task<UpgradeResult> UpgradeAsync() => Upgrader().UpgradeAsync(cancellationToken: TestContext.Current.CancellationToken);

    private static UpgradeOptions Options(TimeSpan patience) => new() { RetryFor = patience, WaitForUpgrader = patience };

    public Task<MigrationException> FailAsync() => Assert.ThrowsAsync<MigrationException>(UpgradeAsync);

    public List<string> Rows(string sql)
    {
        using var connection = new SqliteConnection(ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i).ToString())));
        return rows;
    }

    public List<string> Schema() => Rows("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'gantry_%' ORDER BY type, name");

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

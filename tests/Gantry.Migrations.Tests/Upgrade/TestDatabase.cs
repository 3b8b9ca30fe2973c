using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Tests.Postgres;
using Gantry.Migrations.Upgrade;
using Gantry.Testing;

namespace Gantry.Migrations.Tests.Upgrade;

/// <summary>A database of one engine and a folder of migrations for it, gone with the test.</summary>
internal sealed class TestDatabase : IDisposable
{
    private readonly Scratch _scratch = new();

    private TestDatabase(DatabaseAddress? address, PrivateCluster? cluster) => (Address, Cluster) = (address ?? DatabaseAddress.OfFile(_scratch.Database), cluster);

    public DatabaseAddress Address { get; }

    public PrivateCluster? Cluster { get; }

    public string Folder => _scratch.Folder;

    public string Root => _scratch.Root;

    public string Name => Address.Display.Split('/')[^1];

    public List<UpgradeEvent> Events { get; } = [];

    public UpgradeOptions Options { get; set; } = new() { RetryFor = TimeSpan.FromSeconds(20) };

    public static async Task<TestDatabase> CreateAsync(Dialect dialect, PostgresServer postgres)
    {
        if (dialect == Dialect.Sqlite)
            return new TestDatabase(null, null);
        var cluster = await postgres.ClusterAsync();
        return new TestDatabase(DatabaseAddress.Parse(await cluster.CreateDatabaseAsync()), cluster);
    }

    public static TestDatabase InFile(string file) => new(DatabaseAddress.OfFile(file), null);

    public static TestDatabase On(PrivateCluster? cluster, string url) => new(DatabaseAddress.Parse(url), cluster);

    public TestDatabase Add(string name, string up, string? down = null)
    {
        _scratch.Add(name, up, down);
        return this;
    }

    public Upgrader Upgrader(IUpgradeProgress? progress = null) =>
        new(Address, MigrationFolder.Read(Folder), Options with { ReportFolder = Root }, progress ?? new Recorder(Events), TimeProvider.System);

    public Task<UpgradeResult> UpgradeAsync() => Upgrader().UpgradeAsync(cancellationToken: TestContext.Current.CancellationToken);

    public Task<MigrationException> FailAsync() => Assert.ThrowsAsync<MigrationException>(UpgradeAsync);

    public async Task<List<string>> RowsAsync(string sql)
    {
        await using var connection = Address.Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "NULL" : Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))));
        return rows;
    }

    public async Task<string> OneAsync(string sql) => Assert.Single(await RowsAsync(sql));

    /// <summary>Schema and rows of everything, in an order that says nothing of where rows lie.</summary>
    public async Task<string> DumpAsync()
    {
        if (Cluster is { } cluster)
            return string.Join('\n', (await cluster.DumpAsync(Name)).Split('\n').Where(line => !line.StartsWith('\\')).Order(StringComparer.Ordinal));
        var dump = await RowsAsync("SELECT type, name, replace(replace(replace(sql, char(10), ''), ' ', ''), '\"', '') FROM sqlite_master ORDER BY 1, 2");
        foreach (var table in await RowsAsync("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"))
            dump.AddRange((await RowsAsync($"SELECT * FROM \"{table}\"")).Select(row => $"{table}: {row}").Order(StringComparer.Ordinal));
        return string.Join('\n', dump);
    }

    public void Dispose() => _scratch.Dispose();

    private sealed class Recorder(List<UpgradeEvent> events) : IUpgradeProgress
    {
        public void Report(UpgradeEvent happened)
        {
            lock (events)
                events.Add(happened);
        }
    }
}

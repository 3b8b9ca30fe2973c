using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Gantry.Bench.Backfill;

/// <summary>SQLite, in WAL mode with the settings of a server that means to keep its data.</summary>
internal sealed class SqliteEngine : BackfillEngine
{
    private readonly string folder = Directory.CreateTempSubdirectory("gantry-bench-sqlite-").FullName;
    private int copies;

    public override string Name => "SQLite";

    // Takes the one writer's place, as any write does, and gives it back. SQLite itself waits for its turn, in steps of at most 100 ms.
    public override string SmallWrite => "PRAGMA busy_timeout = 120000; BEGIN IMMEDIATE; UPDATE parents SET owner_id = owner_id WHERE id = 1; COMMIT";

    private string Original => Path.Combine(folder, "original.db");

    public override async Task PrepareAsync(int rows)
    {
        await using var connection = Connect(Original);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            PRAGMA journal_mode = WAL;
            BEGIN;
            {Tables}
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO parents SELECT i, i * 7 FROM n;
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
              INSERT INTO items (id, parent_id, payload) SELECT i, 1 + i % 1000, printf('%060d', i) FROM n;
            COMMIT;
            PRAGMA wal_checkpoint(TRUNCATE);
            """);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }

    public override Task<string> CopyAsync()
    {
        var copy = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"copy{++copies}.db"));
        File.Copy(Original, copy);
        return Task.FromResult(copy);
    }

    public override DbConnection Connect(string address) => new SqliteConnection($"Data Source={address};Pooling=False;Default Timeout=120");

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}

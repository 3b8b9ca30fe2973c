using System.Data.Common;
using System.Globalization;
using Gantry.Testing;
using Npgsql;

namespace Gantry.Bench.Backfill;

/// <summary>PostgreSQL, a server of the benchmark's own that flushes its commits to the disk.</summary>
internal sealed class PostgresEngine : BackfillEngine
{
    private PrivateCluster? cluster;
    private Uri? original;

    public override string Name => "PostgreSQL";

    // In a subquery of its own: a volatile function in WHERE would be asked for every row.
    public override string SmallWrite => "UPDATE items SET touched = touched + 1 WHERE id = (SELECT (1 + floor(random() * (SELECT max(id) FROM items)))::integer)";

    public override async Task PrepareAsync(int rows)
    {
        cluster = await PrivateCluster.StartAsync("fsync=on", "synchronous_commit=on", "shared_buffers=256MB", "max_wal_size=4GB");
        original = new Uri(await cluster.CreateDatabaseAsync());
        await cluster.ExecuteAsync(original.AbsolutePath[1..], string.Create(CultureInfo.InvariantCulture, $"""
            {Tables}
            INSERT INTO parents SELECT i, i * 7 FROM generate_series(1, 1000) i;
            INSERT INTO items (id, parent_id, payload) SELECT i, 1 + i % 1000, lpad(i::text, 60, '0') FROM generate_series(1, {rows}) i;
            """));
        await cluster.ExecuteAsync(original.AbsolutePath[1..], "VACUUM (ANALYZE) items");
        await cluster.ExecuteAsync(original.AbsolutePath[1..], "CHECKPOINT");
    }

    public override Task<string> CopyAsync() => cluster!.CreateDatabaseAsync(original!.AbsolutePath[1..]);

    public override DbConnection Connect(string address)
    {
        var url = new Uri(address);
        return new NpgsqlConnection($"Host={url.Host};Port={url.Port};Username={url.UserInfo};Database={url.AbsolutePath[1..]};Pooling=False;Command Timeout=0");
    }

    public override async ValueTask DisposeAsync()
    {
        if (cluster is not null)
            await cluster.DisposeAsync();
    }
}

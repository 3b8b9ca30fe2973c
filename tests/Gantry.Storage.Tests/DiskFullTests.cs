using Gantry.Migrations;
using Gantry.Storage.Logs;
using Gantry.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace Gantry.Storage.Tests;

public sealed class DiskFullTests : IDisposable
{
    private readonly SmallDisk _disk = new(kilobytes: 2048);

    public void Dispose() => _disk.Dispose();

    [Fact]
    public async Task Write_DiskFull_ChangesNothingAndGoesOnOnceThereIsRoom()
    {
        _disk.Load(kilobytes: 512);
        var path = Path.Combine(_disk.Root, "gantry.db");
        await using (var store = await GantryStore.OpenAsync(path, TimeProvider.System))
        {
            var stored = new HashSet<string>();
            var full = 0;
            for (var round = 0; full == 0; round++)
            {
                // Several at once, so that a group fails as a whole.
                var writes = Enumerable.Range(0, 10).Select(i => (Key: $"{round}-{i}", Task: Add(store, $"{round}-{i}"))).ToList();
                foreach (var (key, task) in writes)
                {
                    if (await Outcome(task) is { } error)
                    {
                        Assert.IsType<StoreFullException>(error);
                        full++;
                    }
                    else
                    {
                        stored.Add(key);
                    }
                }
            }

            Assert.Equal(stored, Keys(store));
            await Assert.ThrowsAsync<StoreFullException>(() => store.WriteAsync(db => db.Settings.Add(new SettingRow { Key = "big", Value = new string('x', 1 << 20) })));

            _disk.ThrowOffBallast();

            await Add(store, "after");
            Assert.Equal([.. stored, "after"], Keys(store));
        }

        await using var again = await GantryStore.OpenAsync(path, TimeProvider.System);
        Assert.Equal("ok", again.Read(db => db.Database.SqlQuery<string>($"PRAGMA integrity_check").AsEnumerable().Single()));
        Assert.Contains("after", Keys(again));
    }

    [Fact]
    public async Task Open_DiskFull_SaysSoAndWorksOnceThereIsRoom()
    {
        _disk.Load(kilobytes: 2000);
        var path = Path.Combine(_disk.Root, "gantry.db");

        var error = await Assert.ThrowsAsync<MigrationException>(() => GantryStore.OpenAsync(path, TimeProvider.System));

        Assert.Equal(MigrationFailure.DiskFull, error.Failure);
        _disk.ThrowOffBallast();
        await using var store = await GantryStore.OpenAsync(path, TimeProvider.System);
        await Add(store, "after");
    }

    [Fact]
    public async Task Append_DiskFull_EndsAtAWholePieceAndGoesOnOnceThereIsRoom()
    {
        _disk.Load(kilobytes: 512);
        var job = Guid.NewGuid();
        await using var logs = new SegmentLogStore(_disk.Root, TimeProvider.System, segmentBytes: 300_000);
        var piece = new byte[30_001];
        Random.Shared.NextBytes(piece);
        long length = 0;
        var error = await Record.ExceptionAsync(() =>
        {
            while (true)
                length = logs.Append(job, length, Samples.Now.AddSeconds(length), piece);
        });

        Assert.IsType<LogStoreFullException>(error);
        Assert.Equal(0, length % piece.Length);
        Assert.Equal(length, logs.Length(job));
        Assert.Throws<LogStoreFullException>(() => logs.Append(Guid.NewGuid(), 0, Samples.Now, piece));

        _disk.ThrowOffBallast();

        Assert.Equal(length + piece.Length, logs.Append(job, length, Samples.Now.AddSeconds(length), piece));
        var pieces = logs.ReadPieces(job, 0, int.MaxValue, int.MaxValue);
        Assert.All(pieces, stored => Assert.Equal(Samples.Now.AddSeconds(stored.Offset), stored.ReadAt));
        Assert.All(pieces, stored => Assert.True(stored.Data.Span.SequenceEqual(piece)));
    }

    private static Task<string> Add(GantryStore store, string key) =>
        store.WriteAsync(db => db.Settings.Add(new SettingRow { Key = key, Value = new string('v', 5000) }).Entity.Key);

    private static HashSet<string> Keys(GantryStore store) => store.Read(db => db.Settings.Select(row => row.Key).ToHashSet());

    private static async Task<Exception?> Outcome(Task task) => await Record.ExceptionAsync(() => task);
}

using System.Globalization;
using Gantry.Storage.Logs;
using Gantry.Storage.Rows;

namespace Gantry.Storage.Tests;

/// <summary>
/// The process that is killed: writes rows and logs as fast as it can, and says on its standard output what was acknowledged
/// (<c>W key</c>: both rows of that key; <c>L job length</c>: a log up to there). Never ends by itself.
/// </summary>
internal static class CrashWriter
{
    public const int Jobs = 4;
    private const int Writers = 8;

    public static async Task<int> RunAsync(string folder, int round)
    {
        var store = await GantryStore.OpenAsync(Path.Combine(folder, "gantry.db"), TimeProvider.System);
        var logs = new SegmentLogStore(Path.Combine(folder, "logs"), TimeProvider.System, segmentBytes: 50_000);
        var work = Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteRowsAsync(store, round, writer)))
            .Concat(Enumerable.Range(0, Jobs).Select(job => Task.Run(() => WriteLogAsync(logs, store, round, job))));
        await Task.WhenAll(work);
        return 1;
    }

    public static Guid JobId(int job) => new(job, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    /// <summary>What a log holds at an offset.</summary>
    public static byte ByteAt(int job, long offset) => (byte)((offset * 31) + (offset >> 8) + job);

    private static async Task WriteRowsAsync(GantryStore store, int round, int writer)
    {
        for (var i = 0; ; i++)
        {
            var key = $"{round}-{writer}-{i}";
            await WriteRowAsync(store, key);
            Say($"W {key}");
        }
    }

    private static Task<int> WriteRowAsync(GantryStore store, string key) => store.WriteAsync(db =>
    {
        db.Settings.Add(new SettingRow { Key = "a-" + key, Value = new string('x', 200) });
        var written = db.SaveChanges();
        db.Settings.Add(new SettingRow { Key = "b-" + key, Value = "y" });
        return written;
    });

    // One row a piece: logs are so much faster than commits that a kill would hardly ever meet one.
    private static async Task WriteLogAsync(SegmentLogStore logs, GantryStore store, int round, int job)
    {
        var random = new Random((round * 100) + job);
        var id = JobId(job);
        var length = logs.Length(id);
        for (var n = 0; ; n++)
        {
            await WriteRowAsync(store, $"{round}-log{job}-{n}");
            var offset = Math.Max(0, length - random.Next(100));
            var piece = new byte[random.Next(1, 20_000)];
            for (var i = 0; i < piece.Length; i++)
                piece[i] = ByteAt(job, offset + i);
            length = logs.Append(id, offset, TimeProvider.System.GetUtcNow(), piece);
            Say(string.Create(CultureInfo.InvariantCulture, $"L {job} {length}"));
        }
    }

    private static void Say(string line) => Console.Out.WriteLine(line);
}

using System.Diagnostics;
using System.Globalization;
using Gantry.Storage.Logs;

namespace Gantry.Storage.Tests;

/// <summary>A real process is killed with SIGKILL at seeded random moments: what it was told is stored is there, and nothing is there by half.</summary>
public sealed class CrashTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Kill_AtTenRandomMoments_KeepsAllThatWasAcknowledged()
    {
        var random = new Random(20260301);
        var acknowledged = new List<string>();
        for (var round = 0; round < 10; round++)
        {
            acknowledged.AddRange(await RunAndKillAsync(round, lines: random.Next(1, 1500)));
            await CheckRowsAsync(acknowledged);
            await CheckLogsAsync(acknowledged);
        }

        Assert.Contains(acknowledged, line => line.StartsWith('W'));
        Assert.Contains(acknowledged, line => line.StartsWith('L'));
    }

    private async Task<List<string>> RunAndKillAsync(int round, int lines)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Gantry.Storage.Tests"))
        {
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add("crash-writer");
        start.ArgumentList.Add(_folder.Root);
        start.ArgumentList.Add(round.ToString(CultureInfo.InvariantCulture));
        using var process = Process.Start(start)!;
        var heard = new List<string>();
        try
        {
            while (heard.Count < lines && await process.StandardOutput.ReadLineAsync() is { } line)
                heard.Add(line);
        }
        finally
        {
            process.Kill();
        }

        // What it said before it died counts; half a line does not.
        var rest = await process.StandardOutput.ReadToEndAsync();
        heard.AddRange(rest.Split('\n')[..^1]);
        await process.WaitForExitAsync();
        Assert.Equal(128 + 9, process.ExitCode);
        return heard;
    }

    private async Task CheckRowsAsync(List<string> acknowledged)
    {
        await using var store = await _folder.OpenAsync();
        var keys = store.Read(db => db.Settings.Select(row => row.Key).ToHashSet());
        foreach (var line in acknowledged.Where(line => line.StartsWith('W')))
            Assert.Contains("a-" + line[2..], keys);
        Assert.Equal(Keys('a'), Keys('b'));

        HashSet<string> Keys(char half) => [.. keys.Where(key => key[0] == half).Select(key => key[2..])];
    }

    private async Task CheckLogsAsync(List<string> acknowledged)
    {
        await using var logs = new SegmentLogStore(_folder.Logs, TimeProvider.System, segmentBytes: 50_000);
        foreach (var said in acknowledged.Where(line => line.StartsWith('L')).Select(line => line.Split(' ')).GroupBy(words => int.Parse(words[1])))
        {
            var id = CrashWriter.JobId(said.Key);
            var length = logs.Length(id);
            Assert.True(length >= said.Max(words => long.Parse(words[2])), $"log {said.Key} ends at {length}");

            var bytes = new byte[length];
            Assert.Equal(length, logs.Read(id, 0, bytes));
            for (var i = 0; i < bytes.Length; i++)
                if (bytes[i] != CrashWriter.ByteAt(said.Key, i))
                    Assert.Fail($"log {said.Key} is wrong at byte {i}");

            var pieces = logs.ReadPieces(id, 0, int.MaxValue, int.MaxValue);
            Assert.Equal(length, pieces.Sum(piece => (long)piece.Data.Length));
            Assert.Equal(pieces.OrderBy(piece => piece.ReadAt).ThenBy(piece => piece.Offset), pieces);
        }
    }
}

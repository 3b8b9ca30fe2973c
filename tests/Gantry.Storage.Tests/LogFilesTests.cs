using Gantry.Storage.Logs;

namespace Gantry.Storage.Tests;

/// <summary>Open files, torn files, readers beside an appender.</summary>
public sealed class LogFilesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Append_ManyJobs_KeepsAFewFilesOpenAndClosesThemWhenIdle()
    {
        var time = new RoundsByHand();
        await using var logs = new SegmentLogStore(_folder.Logs, time, openLogs: 16);
        for (var i = 0; i < 300; i++)
            logs.Append(Guid.NewGuid(), 0, Samples.Now, "hello"u8);
        Assert.Equal(2 * 16, OpenFiles());

        time.Round();
        Assert.Equal(2 * 16, OpenFiles());
        time.Round();
        Assert.Equal(0, OpenFiles());
    }

    [Fact]
    public async Task Delete_OfAnOpenLog_ClosesItsFiles()
    {
        await using var logs = new SegmentLogStore(_folder.Logs, TimeProvider.System);
        var job = Guid.NewGuid();
        logs.Append(job, 0, Samples.Now, "hello"u8);

        logs.Delete(job);

        Assert.Equal(0, OpenFiles());
        Assert.Empty(Directory.GetFiles(_folder.Logs, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(16 + 15)]
    [InlineData(3 * 16)]
    [InlineData((3 * 16) + 5)]
    [InlineData(10 * 16)]
    public async Task Open_IndexTornOrWithGarbage_LosesNoByteAndGoesOn(int indexBytes)
    {
        var job = Guid.NewGuid();
        await using (var logs = new SegmentLogStore(_folder.Logs, TimeProvider.System))
            for (var i = 0; i < 3; i++)
                logs.Append(job, i * 5, Samples.Now.AddSeconds(i), "hello"u8);
        using (var index = new FileStream(Directory.GetFiles(_folder.Logs, "index", SearchOption.AllDirectories).Single(), FileMode.Open))
            index.SetLength(indexBytes);

        await using var again = new SegmentLogStore(_folder.Logs, TimeProvider.System);
        Assert.Equal(15, again.Length(job));
        again.Append(job, 15, Samples.Now.AddSeconds(3), "world"u8);

        var pieces = again.ReadPieces(job, 0, 100, 100);
        Assert.Equal("hellohellohelloworld"u8.ToArray(), pieces.SelectMany(piece => piece.Data.ToArray()));
        Assert.Equal(0, again.OffsetAt(job, Samples.Now));
        // Each entry that was whole still counts, and the one after it is found.
        if (indexBytes >= 16)
            Assert.Equal(15, again.OffsetAt(job, Samples.Now.AddSeconds(2.5)));
    }

    [Fact]
    public async Task Read_BesideAnAppender_SeesOnlyWholeBytesInOrder()
    {
        const int Total = 5_000_000;
        var job = Guid.NewGuid();
        await using var logs = new SegmentLogStore(_folder.Logs, TimeProvider.System, segmentBytes: 100_000);
        var appending = Task.Run(() =>
        {
            var random = new Random(1);
            var piece = new byte[9000];
            for (long length = 0; length < Total;)
            {
                var size = random.Next(1, piece.Length);
                for (var i = 0; i < size; i++)
                    piece[i] = CrashWriter.ByteAt(1, length + i);
                length = logs.Append(job, length, TimeProvider.System.GetUtcNow(), piece.AsSpan(0, size));
            }
        });

        await Task.WhenAll(Enumerable.Range(0, 3).Select(reader => Task.Run(async () =>
        {
            var buffer = new byte[16_000];
            for (long offset = 0; offset < Total && !appending.IsFaulted;)
            {
                var read = reader == 0 ? Pieces(offset) : logs.Read(job, offset, buffer);
                for (var i = 0; i < read; i++)
                    Assert.Equal(CrashWriter.ByteAt(1, offset + i), buffer[i]);
                offset += read;
                if (read == 0)
                    await Task.Yield();
            }

            int Pieces(long offset)
            {
                var at = 0;
                foreach (var piece in logs.ReadPieces(job, offset, 5, buffer.Length))
                {
                    Assert.Equal(offset + at, piece.Offset);
                    piece.Data.CopyTo(buffer.AsMemory(at));
                    at += piece.Data.Length;
                }

                return at;
            }
        })));
        await appending;
    }

    private int OpenFiles() => new DirectoryInfo("/proc/self/fd").GetFiles()
        .Count(file => file.LinkTarget?.StartsWith(_folder.Logs, StringComparison.Ordinal) == true);

    /// <summary>A clock whose timers fire when a test says so.</summary>
    private sealed class RoundsByHand : TimeProvider
    {
        private Action _fire = () => { };

        public void Round() => _fire();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire += () => callback(state);
            return new Timer();
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}

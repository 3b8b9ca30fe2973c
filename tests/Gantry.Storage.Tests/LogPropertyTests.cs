using Gantry.Storage.Logs;

namespace Gantry.Storage.Tests;

/// <summary>Random histories of a log store, against a list of bytes and their times.</summary>
public sealed class LogPropertyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task RandomAppendsReadsAndReopenings_ReadWhatWasAppended(int seed)
    {
        var random = new Random(seed);
        var segment = random.Next(1, 5000);
        var jobs = Enumerable.Range(0, 4).Select(_ => new Expected(Guid.NewGuid())).ToArray();
        var now = Samples.Now;
        var logs = Open();
        for (var step = 0; step < 150; step++)
        {
            var job = jobs[random.Next(jobs.Length)];
            now = now.AddMicroseconds(random.Next(4) == 0 ? random.Next(1_000_000) : random.Next(3000));
            switch (random.Next(20))
            {
                case 0:
                    await logs.DisposeAsync();
                    logs = Open();
                    break;
                case 1:
                    logs.Delete(job.Id);
                    job.Clear();
                    break;
                case < 14:
                    job.Append(logs, random, now);
                    break;
                default:
                    job.Check(logs, random);
                    break;
            }
        }

        foreach (var job in jobs)
            job.Check(logs, random);
        await logs.DisposeAsync();

        SegmentLogStore Open() => new(_folder.Logs, TimeProvider.System, segment, openLogs: 2);
    }

    private sealed class Expected(Guid id)
    {
        private static readonly TimeSpan Coarseness = TimeSpan.FromMilliseconds(10);

        private readonly List<byte> _bytes = [];
        private readonly List<DateTimeOffset> _times = [];

        public Guid Id => id;

        public void Clear()
        {
            _bytes.Clear();
            _times.Clear();
        }

        public void Append(SegmentLogStore logs, Random random, DateTimeOffset now)
        {
            var overlap = random.Next(3) == 0 ? random.Next(Math.Min(_bytes.Count, 500) + 1) : 0;
            var fresh = new byte[random.Next(10) == 0 ? random.Next(9000) : random.Next(200)];
            random.NextBytes(fresh);
            byte[] piece = [.. _bytes[^overlap..], .. fresh];
            // Sometimes only bytes that are known already.
            if (random.Next(10) == 0)
                (piece, fresh) = (piece[..overlap], []);

            var length = logs.Append(id, _bytes.Count - overlap, now, piece);

            _bytes.AddRange(fresh);
            _times.AddRange(fresh.Select(_ => now));
            Assert.Equal(_bytes.Count, length);
            Assert.Throws<LogGapException>(() => logs.Append(id, length + 1 + random.Next(10), now, [1]));
        }

        public void Check(SegmentLogStore logs, Random random)
        {
            Assert.Equal(_bytes.Count, logs.Length(id));
            var from = random.Next(_bytes.Count + 1);
            var buffer = new byte[random.Next(_bytes.Count + 100)];
            var read = logs.Read(id, from, buffer);
            Assert.Equal(Math.Min(buffer.Length, _bytes.Count - from), read);
            Assert.Equal(_bytes.GetRange(from, read), buffer[..read]);

            var pieces = logs.ReadPieces(id, from, int.MaxValue, int.MaxValue);
            Assert.Equal(_bytes[from..], pieces.SelectMany(piece => piece.Data.ToArray()));
            foreach (var piece in pieces)
            {
                Assert.True(piece.ReadAt <= _times[(int)piece.Offset]);
                Assert.True(piece.ReadAt > _times[(int)piece.Offset + piece.Data.Length - 1] - Coarseness);
            }

            CheckOffsetAt(logs, random);
        }

        private void CheckOffsetAt(SegmentLogStore logs, Random random)
        {
            if (_bytes.Count == 0)
                return;
            var time = _times[random.Next(_times.Count)].AddMicroseconds(random.Next(-1, 2));
            var all = logs.ReadPieces(id, 0, int.MaxValue, int.MaxValue);
            var expected = all.FirstOrDefault(piece => piece.ReadAt >= time)?.Offset ?? _bytes.Count;
            Assert.Equal(expected, logs.OffsetAt(id, time));
        }
    }
}

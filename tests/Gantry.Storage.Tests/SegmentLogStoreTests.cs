using Gantry.Storage.Logs;

namespace Gantry.Storage.Tests;

public sealed class SegmentLogStoreTests : IAsyncDisposable
{
    private static readonly Guid Job = Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e");

    private readonly TempFolder _folder = new();
    private readonly SegmentLogStore _logs;

    public SegmentLogStoreTests() => _logs = new SegmentLogStore(_folder.Logs, TimeProvider.System, segmentBytes: 1000);

    public async ValueTask DisposeAsync()
    {
        await _logs.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void Length_UnknownJob_IsZeroAndMakesNoFile()
    {
        Assert.Equal(0, _logs.Length(Job));
        Assert.Equal(0, _logs.Read(Job, 0, new byte[10]));
        Assert.Empty(_logs.ReadPieces(Job, 0, 10, 10));
        Assert.Equal(0, _logs.OffsetAt(Job, Samples.Now));
        Assert.False(Directory.Exists(_folder.Logs));
    }

    [Fact]
    public void Append_Overlap_IsSkipped()
    {
        Assert.Equal(5, _logs.Append(Job, 0, Samples.Now, "hello"u8));
        Assert.Equal(5, _logs.Append(Job, 1, Samples.Now, "ell"u8));
        Assert.Equal(11, _logs.Append(Job, 3, Samples.Now, "lo world"u8));

        Assert.Equal("hello world", Text());
    }

    [Fact]
    public void Append_Gap_IsRefused()
    {
        _logs.Append(Job, 0, Samples.Now, "hello"u8);

        Assert.Throws<LogGapException>(() => _logs.Append(Job, 6, Samples.Now, "x"u8));

        Assert.Equal(5, _logs.Length(Job));
    }

    [Fact]
    public void Append_Empty_ChangesNothing()
    {
        Assert.Equal(0, _logs.Append(Job, 0, Samples.Now, []));
        Assert.False(Directory.Exists(_folder.Logs));
    }

    [Fact]
    public void ReadPieces_FromTheMiddle_HaveTheTimesOfTheirBytes()
    {
        _logs.Append(Job, 0, Samples.Now, "one "u8);
        _logs.Append(Job, 4, Samples.Now.AddSeconds(1), "two "u8);
        _logs.Append(Job, 8, Samples.Now.AddSeconds(2), "three"u8);

        var pieces = _logs.ReadPieces(Job, 6, maxPieces: 10, maxBytes: 5);

        Assert.Equal([(6L, Samples.Now.AddSeconds(1), "o "), (8L, Samples.Now.AddSeconds(2), "thr")],
            pieces.Select(piece => (piece.Offset, piece.ReadAt, System.Text.Encoding.UTF8.GetString(piece.Data.Span))));
        Assert.Single(_logs.ReadPieces(Job, 0, maxPieces: 1, maxBytes: 100));
        Assert.Empty(_logs.ReadPieces(Job, 13, 10, 10));
    }

    [Fact]
    public void OffsetAt_TimesBetweenAndBeyond_FindsTheFirstByteNotBefore()
    {
        _logs.Append(Job, 0, Samples.Now, "one "u8);
        _logs.Append(Job, 4, Samples.Now.AddSeconds(1), "two "u8);

        Assert.Equal(0, _logs.OffsetAt(Job, Samples.Now.AddDays(-1)));
        Assert.Equal(0, _logs.OffsetAt(Job, Samples.Now));
        Assert.Equal(4, _logs.OffsetAt(Job, Samples.Now.AddMilliseconds(1)));
        Assert.Equal(4, _logs.OffsetAt(Job, Samples.Now.AddSeconds(1)));
        Assert.Equal(8, _logs.OffsetAt(Job, Samples.Now.AddSeconds(2)));
    }

    [Fact]
    public void Append_ClockSetBack_TimesNeverFall()
    {
        _logs.Append(Job, 0, Samples.Now, new byte[5000]);
        _logs.Append(Job, 5000, Samples.Now.AddHours(-1), new byte[5000]);

        Assert.All(_logs.ReadPieces(Job, 0, 10, 100_000), piece => Assert.Equal(Samples.Now, piece.ReadAt));
    }

    [Fact]
    public void Delete_ThenAppend_BeginsAnew()
    {
        _logs.Append(Job, 0, Samples.Now, "old"u8);

        _logs.Delete(Job);

        Assert.Equal(0, _logs.Length(Job));
        _logs.Append(Job, 0, Samples.Now, "new"u8);
        Assert.Equal("new", Text());
        _logs.Delete(Guid.NewGuid());
    }

    private string Text()
    {
        var bytes = new byte[_logs.Length(Job)];
        Assert.Equal(bytes.Length, _logs.Read(Job, 0, bytes));
        return System.Text.Encoding.UTF8.GetString(bytes);
    }
}

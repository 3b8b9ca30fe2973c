using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Storage.Logs;

/// <summary>
/// The bytes of one log: files of bounded size in one folder, each named by the offset of its first byte. The log's length is
/// what the last one's name and size say: there is no counter beside them that could disagree after a crash.
/// </summary>
internal sealed class LogSegments
{
    private const string Extension = ".log";

    private readonly string _folder;
    private readonly long _segmentBytes;
    // Replaced, never changed: readers take it as it is.
    private volatile long[] _starts;
    private SafeFileHandle? _tail;
    private long _length;

    public LogSegments(string folder, long segmentBytes)
    {
        (_folder, _segmentBytes) = (folder, segmentBytes);
        _starts = Directory.Exists(folder) ? [.. Starts(folder).Order()] : [];
        if (_starts.Length == 0)
            return;

        _tail = Open(_starts[^1], FileMode.Open);
        _length = _starts[^1] + RandomAccess.GetLength(_tail);
    }

    /// <summary>Bytes stored. Grows only after they are written.</summary>
    public long Length => Volatile.Read(ref _length);

    /// <summary>Adds bytes at the end. When that fails, the log is as it was before.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        if (_tail is null || _length - _starts[^1] >= _segmentBytes)
            Roll();

        var at = _length - _starts[^1];
        try
        {
            RandomAccess.Write(_tail!, data, at);
        }
        catch (IOException)
        {
            // A full disk may have taken a part.
            RandomAccess.SetLength(_tail!, at);
            throw;
        }

        Volatile.Write(ref _length, _length + data.Length);
    }

    /// <summary>Copies bytes from this offset on, up to the end that is given; returns how many.</summary>
    public int Read(long offset, long end, Span<byte> buffer)
    {
        var total = 0;
        var starts = _starts;
        buffer = buffer[..(int)Math.Clamp(end - offset, 0, buffer.Length)];
        while (total < buffer.Length)
        {
            var read = ReadSegment(starts, offset + total, buffer[total..]);
            if (read == 0)
                break;
            total += read;
        }

        return total;
    }

    /// <summary>When the segment that holds this offset was last written to: the time of bytes whose index is lost.</summary>
    public DateTimeOffset WrittenAt(long offset) => File.GetLastWriteTimeUtc(FileOf(_starts[SegmentOf(_starts, offset)]));

    public void Flush()
    {
        if (_tail is not null)
            RandomAccess.FlushToDisk(_tail);
    }

    public void Close() => _tail?.Dispose();

    private void Roll()
    {
        // First what is before: after a power cut there must be no segment that begins past the end of the one before it.
        Flush();
        var next = Open(_length, FileMode.OpenOrCreate);
        _tail?.Dispose();
        _tail = next;
        // The name may exist, empty, from an append that failed.
        if (_starts.Length == 0 || _starts[^1] != _length)
            _starts = [.. _starts, _length];
    }

    private int ReadSegment(long[] starts, long offset, Span<byte> buffer)
    {
        var segment = SegmentOf(starts, offset);
        if (segment < 0)
            return 0;

        var within = segment + 1 < starts.Length ? starts[segment + 1] - offset : buffer.Length;
        try
        {
            using var file = File.OpenHandle(FileOf(starts[segment]), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return RandomAccess.Read(file, buffer[..(int)Math.Min(within, buffer.Length)], offset - starts[segment]);
        }
        catch (IOException error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            // Deleted meanwhile: there is nothing left to read.
            return 0;
        }
    }

    private static int SegmentOf(long[] starts, long offset) =>
        Array.BinarySearch(starts, offset) is var found && found >= 0 ? found : ~found - 1;

    private static IEnumerable<long> Starts(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*" + Extension))
            if (long.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var start))
                yield return start;
    }

    private string FileOf(long start) => Path.Combine(_folder, start.ToString("D20", CultureInfo.InvariantCulture) + Extension);

    private SafeFileHandle Open(long start, FileMode mode) =>
        File.OpenHandle(FileOf(start), mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}

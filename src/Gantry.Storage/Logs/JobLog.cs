using Gantry.Storage.Mapping;

namespace Gantry.Storage.Logs;

/// <summary>One job's log, open: its segments and its index. One appends at a time; any number read meanwhile.</summary>
internal sealed class JobLog
{
    private readonly Guid _jobId;
    private readonly string _folder;
    private readonly LogSegments _segments;
    private readonly LogIndex _index;
    private readonly Lock _append = new();
    // Appended to since the last flush; and whether there was one since it was opened (whoever had it open before may have left bytes behind).
    private bool _dirty;
    private bool _flushed;

    public JobLog(Guid jobId, string folder, long segmentBytes)
    {
        (_jobId, _folder) = (jobId, folder);
        _segments = new LogSegments(folder, segmentBytes);
        _index = new LogIndex(Path.Combine(folder, "index"), _segments.Length);
    }

    public long Length => _segments.Length;

    public long Append(long offset, DateTimeOffset readAt, ReadOnlySpan<byte> data)
    {
        lock (_append)
        {
            var length = _segments.Length;
            if (offset > length)
                throw new LogGapException(_jobId, length, offset);

            var known = (int)Math.Min(length - offset, data.Length);
            if (known == data.Length)
                return length;

            Store(length, readAt, data[known..]);
            return _segments.Length;
        }
    }

    public int Read(long offset, Span<byte> buffer) => _segments.Read(offset, _segments.Length, buffer);

    public IReadOnlyList<LogPiece> ReadPieces(long offset, int maxPieces, int maxBytes)
    {
        // The length first: entries are written before the bytes that they speak of.
        var length = _segments.Length;
        var pieces = new List<LogPiece>();
        var place = _index.PlaceOf(offset);
        while (offset < length && pieces.Count < maxPieces && maxBytes > 0)
        {
            var end = place + 1 < _index.Count ? Math.Min(_index.At(place + 1).Offset, length) : length;
            if (end <= offset)
            {
                // The piece ends before what is wanted: an entry for lost ones came meanwhile.
                place++;
                continue;
            }

            var data = new byte[(int)Math.Min(end - offset, maxBytes)];
            var read = _segments.Read(offset, length, data);
            if (read == 0)
                break;

            pieces.Add(new LogPiece(offset, TimeAt(place, offset), data.AsMemory(0, read)));
            offset += read;
            maxBytes -= read;
            if (offset >= end)
                place++;
        }

        return pieces;
    }

    public long OffsetAt(DateTimeOffset time)
    {
        var length = _segments.Length;
        if (_index.Count == 0)
            return length > 0 && _segments.WrittenAt(0) >= time ? 0 : length;

        // Stored times are cut to whole microseconds: so is the one that is looked for.
        var place = _index.PlaceAt(UtcMicroseconds.ToMicroseconds(time));
        return place < _index.Count ? Math.Min(_index.At(place).Offset, length) : length;
    }

    /// <summary>Forces all that is stored to the disk.</summary>
    public void Flush()
    {
        lock (_append)
        {
            if (_flushed && !_dirty)
                return;
            _index.Flush();
            _segments.Flush();
            (_flushed, _dirty) = (true, false);
        }
    }

    /// <summary>Forces what was appended since the last flush to the disk.</summary>
    public void FlushAppended()
    {
        lock (_append)
            if (_dirty)
                Flush();
    }

    /// <summary>Closes its files. The owner sees to it that nobody uses it any more.</summary>
    public void Close()
    {
        _index.Close();
        _segments.Close();
    }

    private void Store(long length, DateTimeOffset readAt, ReadOnlySpan<byte> data)
    {
        try
        {
            if (length == 0)
                Directory.CreateDirectory(_folder);
            _dirty = true;
            _index.Add(length, UtcMicroseconds.ToMicroseconds(readAt));
            _segments.Append(data);
        }
        catch (IOException error)
        {
            _index.CutAt(length);
            if (DiskFull.Is(error))
                throw new LogStoreFullException(
                    $"The disk that holds the logs is full: the log of job {_jobId} is stored up to byte {length}. Make room on it; the log then goes on from there.", error);
            throw;
        }
    }

    private DateTimeOffset TimeAt(int place, long offset) =>
        place < 0 ? _segments.WrittenAt(offset) : UtcMicroseconds.FromMicroseconds(_index.At(place).Microseconds);
}

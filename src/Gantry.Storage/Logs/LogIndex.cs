using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Storage.Logs;

/// <summary>
/// The index of one log: 16 bytes for each piece, its first byte's offset and the time at which that was read
/// (microseconds since 1970, never falling), both little-endian. An entry is written before the bytes that it speaks of, so
/// that no byte is without one; entries at or past the end of the log, and half an entry at the end of the file, are not counted.
/// </summary>
internal sealed class LogIndex
{
    public const int EntrySize = 16;

    // Appends closer than both of these to the last entry need none of their own: a log of a gigabyte keeps a small index.
    private const long Bytes = 4096;
    private const long Microseconds = 10_000;

    private readonly string _path;
    private SafeFileHandle? _handle;
    private int _count;
    private LogEntry _last;

    public LogIndex(string path, long logLength)
    {
        _path = path;
        if (!File.Exists(path))
            return;

        _handle = Open(FileMode.Open);
        _count = checked((int)(RandomAccess.GetLength(_handle) / EntrySize));
        while (_count > 0 && !IsGood(_last = At(_count - 1), logLength))
            _count--;
        if (_count == 0)
            _last = default;
    }

    /// <summary>Entries that count. Grows before the log does: a reader takes the log's length first.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The entry at this place, from 0.</summary>
    public LogEntry At(int place)
    {
        Span<byte> bytes = stackalloc byte[EntrySize];
        return RandomAccess.Read(_handle!, bytes, (long)place * EntrySize) == EntrySize
            ? LogEntry.From(bytes)
            : throw new InvalidDataException($"{_path} ends before its entry {place}.");
    }

    /// <summary>The last entry at or before this offset; -1 when there is none.</summary>
    public int PlaceOf(long offset) => LastWhere(entry => entry.Offset <= offset);

    /// <summary>The first entry at this time or later; <see cref="Count"/> when there is none.</summary>
    public int PlaceAt(long microseconds) => LastWhere(entry => entry.Microseconds < microseconds) + 1;

    /// <summary>Notes that bytes from this offset on were read at this time. Before they are written.</summary>
    public void Add(long offset, long microseconds)
    {
        // A host's clock may be set back: a search needs times that never fall.
        var at = _count == 0 ? microseconds : Math.Max(microseconds, _last.Microseconds);
        // Its entries were lost in a power cut: what is before gets the time of what follows.
        if (_count == 0 && offset > 0)
            Put(new LogEntry(0, at));
        if (_count > 0 && offset - _last.Offset < Bytes && at - _last.Microseconds < Microseconds)
            return;

        Put(new LogEntry(offset, at));
    }

    /// <summary>Takes back entries for bytes that could not be written.</summary>
    public void CutAt(long logLength)
    {
        var count = _count;
        while (count > 0 && At(count - 1).Offset >= logLength)
            count--;
        Volatile.Write(ref _count, count);
        _last = count == 0 ? default : At(count - 1);
    }

    public void Flush()
    {
        if (_handle is not null)
            RandomAccess.FlushToDisk(_handle);
    }

    public void Close() => _handle?.Dispose();

    private void Put(LogEntry entry)
    {
        Span<byte> bytes = stackalloc byte[EntrySize];
        entry.Write(bytes);
        _handle ??= Open(FileMode.OpenOrCreate);
        RandomAccess.Write(_handle, bytes, (long)_count * EntrySize);
        _last = entry;
        Volatile.Write(ref _count, _count + 1);
    }

    private int LastWhere(Func<LogEntry, bool> holds)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (holds(At(middle)))
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }

    // After a power cut the end of the file may be anything: a good entry lies within the log and after the one before it.
    private bool IsGood(LogEntry entry, long logLength) =>
        entry.Offset < logLength && (_count == 1 ? entry.Offset == 0 : At(_count - 2) is var before && before.Offset < entry.Offset && before.Microseconds <= entry.Microseconds);

    private SafeFileHandle Open(FileMode mode) => File.OpenHandle(_path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}

/// <summary>From this offset on, bytes were read at this time (microseconds since 1970).</summary>
internal readonly record struct LogEntry(long Offset, long Microseconds)
{
    public static LogEntry From(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Offset);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], Microseconds);
    }
}

using System.Globalization;

namespace Gantry.Storage.Logs;

/// <summary>
/// Logs as files: <c>ROOT/ab/abcd…/00000000000000000000.log</c>, …, and <c>index</c> beside them. An append is one write to the
/// file (two when the index gets an entry), without a flush: what was appended survives the death of the server at any
/// moment, but not a power cut, until <see cref="Flush"/> or the next round of flushes.
/// </summary>
public sealed class SegmentLogStore : ILogStore
{
    /// <summary>How often what was appended is flushed, and logs that were not used since are closed.</summary>
    public static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(5);

    private readonly string _root;
    private readonly OpenLogs _open;
    private readonly ITimer _rounds;

    /// <summary>Opens the store. Nothing is read or made until a log is.</summary>
    /// <param name="root">The folder of all logs; made when the first log is.</param>
    /// <param name="time">The clock of the rounds.</param>
    /// <param name="segmentBytes">A segment that has reached this size is followed by a new one.</param>
    /// <param name="openLogs">How many logs may keep their two files open while nobody uses them.</param>
    public SegmentLogStore(string root, TimeProvider time, long segmentBytes = 64 << 20, int openLogs = 128)
    {
        _root = root;
        _open = new OpenLogs(openLogs, jobId => new JobLog(jobId, FolderOf(jobId), segmentBytes));
        _rounds = time.CreateTimer(_ => _open.FlushAndCloseIdle(), null, FlushEvery, FlushEvery);
    }

    /// <inheritdoc/>
    public long Append(Guid jobId, long offset, DateTimeOffset readAt, ReadOnlySpan<byte> data)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        using var use = _open.Use(jobId);
        return use.Log.Append(offset, readAt, data);
    }

    /// <inheritdoc/>
    public long Length(Guid jobId)
    {
        using var use = _open.Use(jobId);
        return use.Log.Length;
    }

    /// <inheritdoc/>
    public int Read(Guid jobId, long offset, Span<byte> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        using var use = _open.Use(jobId);
        return use.Log.Read(offset, buffer);
    }

    /// <inheritdoc/>
    public IReadOnlyList<LogPiece> ReadPieces(Guid jobId, long offset, int maxPieces, int maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        using var use = _open.Use(jobId);
        return use.Log.ReadPieces(offset, maxPieces, maxBytes);
    }

    /// <inheritdoc/>
    public long OffsetAt(Guid jobId, DateTimeOffset time)
    {
        using var use = _open.Use(jobId);
        return use.Log.OffsetAt(time);
    }

    /// <inheritdoc/>
    public void Flush(Guid jobId)
    {
        using var use = _open.Use(jobId);
        use.Log.Flush();
    }

    /// <inheritdoc/>
    public void Delete(Guid jobId) => _open.Remove(jobId, () =>
    {
        var folder = FolderOf(jobId);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    });

    /// <summary>Flushes and closes all logs.</summary>
    public async ValueTask DisposeAsync()
    {
        await _rounds.DisposeAsync();
        _open.Dispose();
    }

    // The name is made of the id alone: nothing that a client sends can lead out of the root.
    private string FolderOf(Guid jobId)
    {
        var name = jobId.ToString("D", CultureInfo.InvariantCulture);
        return Path.Combine(_root, name[..2], name);
    }
}

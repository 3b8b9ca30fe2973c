namespace Gantry.Storage.Logs;

/// <summary>
/// Where job logs are kept: bytes by offset, with an index of time. A seam: segment files here, PostgreSQL chunks for several
/// replicas later. Thread-safe; one appender a job.
/// </summary>
public interface ILogStore : IAsyncDisposable
{
    /// <summary>
    /// Stores a piece at its offset and returns the log's new length. What lies before the present length is already stored
    /// and skipped (agents send again after a lost connection); a gap is refused with <see cref="LogGapException"/>.
    /// Throws <see cref="LogStoreFullException"/> when there is no room: the log then ends where it ended before, and takes more once there is room.
    /// </summary>
    long Append(Guid jobId, long offset, DateTimeOffset readAt, ReadOnlySpan<byte> data);

    /// <summary>Bytes stored; 0 for an unknown job.</summary>
    long Length(Guid jobId);

    /// <summary>Copies bytes from the offset on; returns how many (0 at the end).</summary>
    int Read(Guid jobId, long offset, Span<byte> buffer);

    /// <summary>Pieces from the offset on, each with its time and not longer than <paramref name="maxBytes"/> in all. For <c>logs/poll</c>.</summary>
    IReadOnlyList<LogPiece> ReadPieces(Guid jobId, long offset, int maxPieces, int maxBytes);

    /// <summary>The offset of the first byte read at this time or later; the log's length when there is none.</summary>
    long OffsetAt(Guid jobId, DateTimeOffset time);

    /// <summary>
    /// Forces what is stored of a job's log to the disk. Call it before telling an agent to forget the job: until then the agent has the bytes,
    /// after a power cut it sends again from <see cref="Length"/> on.
    /// </summary>
    void Flush(Guid jobId);

    /// <summary>Removes a job's log.</summary>
    void Delete(Guid jobId);
}

/// <summary>A piece of a log as it was appended (or a part of one).</summary>
public sealed record LogPiece(long Offset, DateTimeOffset ReadAt, ReadOnlyMemory<byte> Data);

/// <summary>A piece does not follow what is stored.</summary>
public sealed class LogGapException(Guid jobId, long expected, long actual)
    : Exception($"The log of job {jobId} is stored up to byte {expected}; a piece at {actual} leaves a gap.");

/// <summary>The disk that holds the logs is full.</summary>
public sealed class LogStoreFullException(string message, Exception? inner = null) : Exception(message, inner);

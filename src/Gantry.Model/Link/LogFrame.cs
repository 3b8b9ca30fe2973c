using System.Buffers.Binary;

namespace Gantry.Model.Link;

/// <summary>
/// A piece of a job's log as one binary frame: job id (16 bytes, big-endian), offset of its first byte in the log
/// (8 bytes, big-endian), when the agent read it (8 bytes, microseconds since 1970), then 1 to
/// <see cref="LinkProtocol.MaxLogPiece"/> bytes of output.
/// </summary>
public readonly record struct LogFrame(Guid JobId, long Offset, DateTimeOffset ReadAt, ReadOnlyMemory<byte> Data)
{
    /// <summary>Bytes before the output.</summary>
    public const int HeaderSize = 32;

    /// <summary>Writes the header into the first <see cref="HeaderSize"/> bytes.</summary>
    public static void WriteHeader(Span<byte> destination, Guid jobId, long offset, DateTimeOffset readAt)
    {
        jobId.TryWriteBytes(destination, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(destination[16..], offset);
        BinaryPrimitives.WriteInt64BigEndian(destination[24..], (readAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>Reads a frame; null when it is too short to be one or claims an impossible offset or time.</summary>
    public static LogFrame? Read(ReadOnlyMemory<byte> frame)
    {
        if (frame.Length <= HeaderSize)
            return null;
        var span = frame.Span;
        var offset = BinaryPrimitives.ReadInt64BigEndian(span[16..]);
        var micros = BinaryPrimitives.ReadInt64BigEndian(span[24..]);
        if (offset < 0 || micros < 0 || micros > MaxMicros)
            return null;
        return new LogFrame(
            new Guid(span[..16], bigEndian: true), offset, DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond), frame[HeaderSize..]);
    }

    private static readonly long MaxMicros = (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}

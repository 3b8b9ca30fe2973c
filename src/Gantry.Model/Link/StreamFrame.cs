using System.Buffers.Binary;

namespace Gantry.Model.Link;

/// <summary>
/// A piece of a stream as one binary frame: 16 bytes of zero, the stream's id (8 bytes, big-endian), then 1 to
/// <see cref="LinkProtocol.MaxStreamPiece"/> bytes. A <see cref="LogFrame"/> begins with a job's id, which is never zero: so the two cannot be confused.
/// </summary>
public readonly record struct StreamFrame(long StreamId, ReadOnlyMemory<byte> Data)
{
    private const int MarkSize = 16;

    /// <summary>Bytes before the data.</summary>
    public const int HeaderSize = MarkSize + sizeof(long);

    /// <summary>Writes the header into the first <see cref="HeaderSize"/> bytes.</summary>
    public static void WriteHeader(Span<byte> destination, long streamId)
    {
        destination[..MarkSize].Clear();
        BinaryPrimitives.WriteInt64BigEndian(destination[MarkSize..], streamId);
    }

    /// <summary>Reads a frame; null when it is none: a piece of a log, or too short.</summary>
    public static StreamFrame? Read(ReadOnlyMemory<byte> frame)
    {
        var span = frame.Span;
        if (span.Length <= HeaderSize || span[..MarkSize].ContainsAnyExcept((byte)0))
            return null;
        return new StreamFrame(BinaryPrimitives.ReadInt64BigEndian(span[MarkSize..]), frame[HeaderSize..]);
    }
}

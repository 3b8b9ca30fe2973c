using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gantry.Model.Link;

/// <summary>What a frame of an "exec" stream is. The bytes of the stream are frames: type (1 byte), length (4 bytes, big-endian), content.</summary>
public enum ExecFrameType
{
    /// <summary>Client → agent, first: <see cref="ExecStart"/> as JSON.</summary>
    Start = 1,
    /// <summary>Client → agent: input of the command.</summary>
    Input = 2,
    /// <summary>Client → agent: its input has ended. Empty.</summary>
    InputEnd = 3,
    /// <summary>Client → agent: the terminal's size: columns and rows, 2 bytes each, big-endian.</summary>
    Resize = 4,
    /// <summary>Client → agent: a signal for the command, its number in 1 byte.</summary>
    Signal = 5,
    /// <summary>Agent → client: standard output, or all output of a terminal.</summary>
    Output = 16,
    /// <summary>Agent → client: standard error.</summary>
    Error = 17,
    /// <summary>Agent → client, last: exit status, 4 bytes, big-endian; 128 + n for signal n.</summary>
    Exited = 18,
}

/// <summary>A command to run in a job.</summary>
public sealed record ExecStart
{
    /// <summary>Argument vector; empty for a shell.</summary>
    public required IReadOnlyList<string> Command { get; init; }
    /// <summary>Whether it gets a terminal.</summary>
    public bool Tty { get; init; }
    /// <summary>Whether it gets input; otherwise it reads the end of it at once.</summary>
    public bool Interactive { get; init; }
    /// <summary>Kind of the user's terminal, for <c>TERM</c>; null for none.</summary>
    public string? Term { get; init; }
    /// <summary>Columns of the terminal; 0 when not known.</summary>
    public int Columns { get; init; }
    /// <summary>Rows of the terminal; 0 when not known.</summary>
    public int Rows { get; init; }
}

/// <summary>Reads and writes the frames of an "exec" stream. Any number may write at once, one reads.</summary>
public sealed class ExecFrames(Stream stream) : IDisposable
{
    /// <summary>Largest content of one frame: a start with every argument that a kernel takes.</summary>
    public const int MaxContent = 4 << 20;
    private const int HeaderSize = 5;

    private readonly SemaphoreSlim _writing = new(1, 1);
    private byte[] _content = new byte[32 << 10];

    /// <summary>The next frame; null at the end of the stream. Its content is valid until the next call.</summary>
    /// <exception cref="InvalidDataException">What came is no frame.</exception>
    public async ValueTask<(ExecFrameType Type, ReadOnlyMemory<byte> Content)?> ReadAsync(CancellationToken cancellationToken)
    {
        var header = await ReadAsync(HeaderSize, cancellationToken);
        if (header is null)
            return null;
        var type = (ExecFrameType)header.Value.Span[0];
        var length = BinaryPrimitives.ReadInt32BigEndian(header.Value.Span[1..]);
        if (length is < 0 or > MaxContent)
            throw new InvalidDataException($"A frame of {length} bytes is none: at most {MaxContent} are allowed.");
        return (type, await ReadAsync(length, cancellationToken) ?? throw new InvalidDataException("The stream ended in the middle of a frame."));
    }

    /// <summary>Writes a frame.</summary>
    public async ValueTask WriteAsync(ExecFrameType type, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var frame = ArrayPool<byte>.Shared.Rent(HeaderSize + content.Length);
        await _writing.WaitAsync(cancellationToken);
        try
        {
            frame[0] = (byte)type;
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), content.Length);
            content.CopyTo(frame.AsMemory(HeaderSize));
            await stream.WriteAsync(frame.AsMemory(0, HeaderSize + content.Length), cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
        // Not after a failure: the stream may hold on to it then.
        ArrayPool<byte>.Shared.Return(frame);
    }

    /// <summary>Writes what the stream begins with.</summary>
    public ValueTask WriteStartAsync(ExecStart start, CancellationToken cancellationToken) =>
        WriteAsync(ExecFrameType.Start, JsonSerializer.SerializeToUtf8Bytes(start, ExecJson.Default.ExecStart), cancellationToken);

    /// <summary>Writes the size of the terminal.</summary>
    public ValueTask WriteSizeAsync(int columns, int rows, CancellationToken cancellationToken)
    {
        var content = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(content, (ushort)columns);
        BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(2), (ushort)rows);
        return WriteAsync(ExecFrameType.Resize, content, cancellationToken);
    }

    /// <summary>Writes how the command ended.</summary>
    public ValueTask WriteExitAsync(int status, CancellationToken cancellationToken)
    {
        var content = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(content, status);
        return WriteAsync(ExecFrameType.Exited, content, cancellationToken);
    }

    /// <summary>Reads a start.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static ExecStart ReadStart(ReadOnlyMemory<byte> content)
    {
        try
        {
            return JsonSerializer.Deserialize(content.Span, ExecJson.Default.ExecStart) ?? throw new InvalidDataException("The command is missing.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The command can not be read: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a size.</summary>
    public static (int Columns, int Rows) ReadSize(ReadOnlyMemory<byte> content) =>
        content.Length < 4 ? (0, 0) : (BinaryPrimitives.ReadUInt16BigEndian(content.Span), BinaryPrimitives.ReadUInt16BigEndian(content.Span[2..]));

    private async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(int length, CancellationToken cancellationToken)
    {
        if (length > _content.Length)
            _content = new byte[length];
        var got = await stream.ReadAtLeastAsync(_content.AsMemory(0, length), length, throwOnEndOfStream: false, cancellationToken);
        // Without the type, null would become an empty memory, which is no end.
        return got == length ? _content.AsMemory(0, length)
            : got == 0 ? (ReadOnlyMemory<byte>?)null
            : throw new InvalidDataException("The stream ended in the middle of a frame.");
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();
}

/// <summary>Serialization of <see cref="ExecStart"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ExecStart))]
internal sealed partial class ExecJson : JsonSerializerContext;

using System.Globalization;

namespace Gantry.Client;

/// <summary>A reply's body that can only be read, once, asynchronously.</summary>
internal abstract class ReplyStream(ReplyReader reader) : Stream
{
    protected ReplyReader Reader => reader;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            reader.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>A body of known length, or until the connection ends.</summary>
internal sealed class PlainStream(ReplyReader reader, long? length) : ReplyStream(reader)
{
    private long? left = length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (left == 0)
            return 0;
        if (left < buffer.Length)
            buffer = buffer[..(int)left.Value];
        var read = await Reader.ReadAsync(buffer, cancellationToken);
        if (read == 0 && left is not null)
            throw new IOException("the connection was closed in the middle of a reply.");
        left -= read;
        return read;
    }
}

/// <summary>A body in chunks.</summary>
internal sealed class ChunkedStream(ReplyReader reader) : ReplyStream(reader)
{
    private const int MaxLine = 4096;
    private long left;
    private bool ended;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (ended || buffer.IsEmpty)
            return 0;
        if (left == 0)
        {
            var size = await Reader.ReadLineAsync(MaxLine, cancellationToken);
            if (!long.TryParse(size.Split(';')[0].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out left) || left < 0)
                throw new IOException("the reply is malformed.");
            if (left == 0)
            {
                while ((await Reader.ReadLineAsync(MaxLine, cancellationToken)).Length > 0) { }
                ended = true;
                return 0;
            }
        }
        var read = await Reader.ReadAsync(buffer.Length > left ? buffer[..(int)left] : buffer, cancellationToken);
        if (read == 0)
            throw new IOException("the connection was closed in the middle of a reply.");
        left -= read;
        if (left == 0)
            await Reader.ReadLineAsync(MaxLine, cancellationToken);
        return read;
    }
}

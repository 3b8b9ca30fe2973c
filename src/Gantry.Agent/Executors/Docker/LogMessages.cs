using System.Buffers.Binary;

namespace Gantry.Agent.Executors.Docker;

/// <summary>
/// Docker's log of a container as it comes over HTTP: a header of eight bytes (which stream, how long), a timestamp, a blank, and what the
/// container wrote. Each is one message as Docker's log driver kept it, so that the same log gives the same messages each time it is read.
/// </summary>
internal sealed class LogMessages(Stream stream)
{
    private const int HeaderSize = 8;
    private const byte Failure = 3;
    private const int UsualSize = 128 << 10;

    private byte[] _buffer = new byte[UsualSize];
    private int _start;
    private int _end;

    /// <summary>The message that was read last: its timestamp and stream, which tell it from others.</summary>
    public ReadOnlySpan<byte> Stamp => _buffer.AsSpan(_stampStart, _stampLength);

    /// <summary>What the container wrote.</summary>
    public ReadOnlyMemory<byte> Content => _buffer.AsMemory(_stampStart + _stampLength + 1, _contentLength);

    private int _stampStart;
    private int _stampLength;
    private int _contentLength;

    /// <summary>Whether the next message is here already.</summary>
    public bool HasNext => _end - _start >= HeaderSize && _end - _start >= HeaderSize + Length();

    /// <summary>Reads the next message; false at the end.</summary>
    /// <exception cref="IOException">It ended in the middle, or Docker says that it can not go on.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellation)
    {
        while (!HasNext)
        {
            Make(_end - _start >= HeaderSize ? HeaderSize + Length() : HeaderSize);
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
            if (read == 0)
                return _end == _start ? false : throw new EndOfStreamException("Docker's log ended in the middle of a message.");
            _end += read;
        }
        Take();
        return true;
    }

    private int Length() => BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start + 4));

    private void Take()
    {
        var length = Length();
        var message = _buffer.AsSpan(_start + HeaderSize, length);
        if (_buffer[_start] == Failure)
            throw new IOException("Docker cannot read the log: " + System.Text.Encoding.UTF8.GetString(message).Trim());
        var blank = message.IndexOf((byte)' ');
        if (blank < 0)
            throw new IOException("Docker's log has a message without a timestamp.");
        // What stands before the timestamp is the length: its last bytes are not needed any more, and the stream's number belongs to the stamp.
        _buffer[_start + HeaderSize - 1] = _buffer[_start];
        _stampStart = _start + HeaderSize - 1;
        _stampLength = blank + 1;
        _contentLength = length - blank - 1;
        _start += HeaderSize + length;
    }

    private void Make(int size)
    {
        if (_start == _end)
            _start = _end = 0;
        if (_buffer.Length - _start >= size && _end < _buffer.Length)
            return;
        var target = size > _buffer.Length ? new byte[Math.Max(size, _buffer.Length * 2)] : _buffer;
        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        (_buffer, _end, _start) = (target, _end - _start, 0);
    }
}

using System.Net.Sockets;
using System.Text;

namespace Gantry.Client;

/// <summary>Buffered bytes of a reply: lines of its head and of chunk sizes synchronously, its body asynchronously. Owns the socket.</summary>
internal sealed class ReplyReader(Socket socket, CancellationToken cancellation) : IDisposable
{
    private readonly byte[] buffer = new byte[16 * 1024];
    private int start;
    private int end;

    /// <summary>A line without its end. The head's lines come together; waiting for them synchronously blocks for no longer than the server thinks.</summary>
    public string ReadLine(int limit)
    {
        var line = new StringBuilder(64);
        while (true)
        {
            if (start == end)
            {
                cancellation.ThrowIfCancellationRequested();
                start = 0;
                end = socket.Receive(buffer);
                if (end == 0)
                    throw new IOException("the connection was closed in the middle of a reply.");
            }
            var available = buffer.AsSpan(start, end - start);
            var newline = available.IndexOf((byte)'\n');
            var part = newline < 0 ? available : available[..newline];
            if (line.Length + part.Length > limit)
                throw new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded, "The reply's head is too long.");
            line.Append(Encoding.Latin1.GetString(part));
            start += part.Length + (newline < 0 ? 0 : 1);
            if (newline >= 0)
                return line.Length > 0 && line[^1] == '\r' ? line.ToString(0, line.Length - 1) : line.ToString();
        }
    }

    /// <summary>Like <see cref="ReadLine"/>, without blocking a thread: chunks of an endless stream come when they come.</summary>
    public async ValueTask<string> ReadLineAsync(int limit, CancellationToken cancel)
    {
        while (buffer.AsSpan(start, end - start).IndexOf((byte)'\n') < 0)
        {
            if (end - start > limit)
                throw new IOException("the reply is malformed.");
            if (start > 0)
            {
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                end -= start;
                start = 0;
            }
            var read = await socket.ReceiveAsync(buffer.AsMemory(end), SocketFlags.None, cancel);
            if (read == 0)
                throw new IOException("the connection was closed in the middle of a reply.");
            end += read;
        }
        return ReadLine(limit);
    }

    /// <summary>Some bytes; 0 when the connection has ended.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancel)
    {
        if (destination.IsEmpty)
            return 0;
        if (start == end)
        {
            try
            {
                return await socket.ReceiveAsync(destination, SocketFlags.None, cancel);
            }
            catch (SocketException error)
            {
                throw new IOException(error.Message, error);
            }
        }
        var count = Math.Min(destination.Length, end - start);
        buffer.AsSpan(start, count).CopyTo(destination.Span);
        start += count;
        return count;
    }

    public void Dispose() => socket.Dispose();
}

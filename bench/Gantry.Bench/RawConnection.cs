using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gantry.Bench;

/// <summary>
/// One HTTP/1.1 connection that is kept: blocking, one request at a time. It costs the machine less than an HttpClient, so that on few
/// cores it is rather the server that is measured.
/// </summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket socket;
    private readonly string headers;
    private readonly byte[] buffer = new byte[1 << 16];
    private int start, end;

    public RawConnection(Uri server, string token)
    {
        socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 60_000 };
        socket.Connect(IPAddress.Loopback, server.Port);
        headers = $"Host: {server.Authority}\r\nAuthorization: Bearer {token}\r\n";
    }

    /// <summary>Posts JSON; returns the size of the reply's body in bytes. The reply must be 200.</summary>
    public int Post(string path, ReadOnlySpan<byte> json) => Send(Encoding.ASCII.GetBytes(FormattableString.Invariant(
        $"POST {path} HTTP/1.1\r\n{headers}Content-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n")), json);

    /// <summary>Gets; returns the size of the reply's body in bytes. The reply must be 200.</summary>
    public int Get(string path) => Send(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\n{headers}\r\n"), []);

    private int Send(byte[] head, ReadOnlySpan<byte> body)
    {
        byte[] request = [.. head, .. body];
        for (var sent = 0; sent < request.Length;)
            sent += socket.Send(request.AsSpan(sent));

        var status = Line();
        int length = 0;
        var isChunked = false;
        for (var line = Line(); line.Length > 0; line = Line())
        {
            if (line.StartsWith("content-length:", StringComparison.OrdinalIgnoreCase))
                length = int.Parse(line.AsSpan("content-length:".Length), CultureInfo.InvariantCulture);
            else if (line.StartsWith("transfer-encoding:", StringComparison.OrdinalIgnoreCase))
                isChunked = line.Contains("chunked", StringComparison.OrdinalIgnoreCase);
        }
        if (isChunked)
            length = SkipChunks();
        else
            Skip(length);
        return status.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? length : throw new InvalidDataException($"The server answered: {status}");
    }

    private int SkipChunks()
    {
        for (var total = 0; ;)
        {
            var size = int.Parse(Line().Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            Skip(size);
            Line();
            if (size == 0)
                return total;
            total += size;
        }
    }

    private void Skip(int count)
    {
        while (count > 0)
        {
            if (start == end)
                Fill();
            var part = Math.Min(count, end - start);
            start += part;
            count -= part;
        }
    }

    private string Line()
    {
        int at;
        while ((at = buffer.AsSpan(start, end - start).IndexOf("\r\n"u8)) < 0)
            Fill();
        var line = Encoding.Latin1.GetString(buffer, start, at);
        start += at + 2;
        return line;
    }

    private void Fill()
    {
        if (start == end)
            start = end = 0;
        else if (end == buffer.Length)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }
        var received = end < buffer.Length ? socket.Receive(buffer.AsSpan(end)) : throw new InvalidDataException("A line of the reply is too long.");
        end += received > 0 ? received : throw new EndOfStreamException("The server closed the connection in the middle of a reply.");
    }

    public void Dispose() => socket.Dispose();
}

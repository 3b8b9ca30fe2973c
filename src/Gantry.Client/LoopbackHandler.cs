using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Gantry.Client;

/// <summary>Carries requests to a server on this machine: HTTP/1.1 over one TCP connection for each request.</summary>
/// <remarks>
/// Why not <see cref="SocketsHttpHandler"/>: its pools, proxies, HTTP/2 and tracing take 60 to 90 ms to set up in a fresh process, nearly all of it
/// compiling generic methods, which is more than a whole <c>gantry ps</c> should take. This one takes 10. It does what a Gantry server on
/// loopback needs and nothing more: a request with a body of known length; a reply with a length, in chunks, or until the end of the connection.
/// Connecting and the request are synchronous (loopback answers at once); the body of the reply is read asynchronously, as it may be an endless stream.
/// </remarks>
public sealed class LoopbackHandler : HttpMessageHandler
{
    private const int MaxHeadBytes = 64 * 1024;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var socket = Connect(request.RequestUri!);
        try
        {
            Send(socket, Head(request, body.Length), body);
            return ReadHead(new ReplyReader(socket, cancellationToken), request);
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            socket.Dispose();
            throw new HttpRequestException(HttpRequestError.ResponseEnded, error.Message, error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Socket Connect(Uri uri)
    {
        var address = IPAddress.TryParse(uri.DnsSafeHost, out var given) ? given : IPAddress.Loopback;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Connect(new IPEndPoint(address, uri.Port));
            return socket;
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new HttpRequestException(HttpRequestError.ConnectionError, error.Message, error);
        }
    }

    private static byte[] Head(HttpRequestMessage request, int bodyLength)
    {
        var uri = request.RequestUri!;
        var head = new StringBuilder(512)
            .Append(request.Method.Method).Append(' ').Append(uri.PathAndQuery).Append(" HTTP/1.1\r\n")
            .Append("Host: ").Append(uri.Authority).Append("\r\nConnection: close\r\n");
        foreach (var (name, values) in request.Headers.NonValidated)
            head.Append(name).Append(": ").Append(values.ToString()).Append("\r\n");
        if (request.Content is { } content)
        {
            foreach (var (name, values) in content.Headers.NonValidated)
            {
                if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                    head.Append(name).Append(": ").Append(values.ToString()).Append("\r\n");
            }
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {bodyLength}\r\n");
        }
        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }

    private static void Send(Socket socket, byte[] head, byte[] body)
    {
        byte[] message = [.. head, .. body];
        for (var sent = 0; sent < message.Length;)
            sent += socket.Send(message, sent, message.Length - sent, SocketFlags.None);
    }

    private static HttpResponseMessage ReadHead(ReplyReader reader, HttpRequestMessage request)
    {
        var status = reader.ReadLine(MaxHeadBytes).Split(' ', 3);
        if (status.Length < 2 || !status[0].StartsWith("HTTP/1.", StringComparison.Ordinal) || !int.TryParse(status[1], NumberStyles.None, CultureInfo.InvariantCulture, out var code))
            throw new HttpRequestException(HttpRequestError.InvalidResponse, "What listens there does not speak HTTP.");

        var response = new HttpResponseMessage((HttpStatusCode)code) { RequestMessage = request };
        long? length = null;
        var chunked = false;
        string? contentType = null;
        for (var left = MaxHeadBytes; ;)
        {
            var line = reader.ReadLine(left);
            if (line.Length == 0)
                break;
            left -= line.Length + 2;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
                continue;
            var value = line[(colon + 1)..].Trim();
            switch (line[..colon].ToLowerInvariant())
            {
                case "content-length" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var given):
                    length = given;
                    break;
                case "transfer-encoding":
                    chunked = value.Contains("chunked", StringComparison.OrdinalIgnoreCase);
                    break;
                case "content-type":
                    contentType = value;
                    break;
            }
        }

        Stream body = chunked ? new ChunkedStream(reader) : new PlainStream(reader, code is 204 or 304 ? 0 : length);
        response.Content = new StreamContent(body);
        if (contentType is not null && MediaTypeHeaderValue.TryParse(contentType, out var type))
            response.Content.Headers.ContentType = type;
        return response;
    }
}

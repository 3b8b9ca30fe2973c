using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Gantry.Model.Link;

namespace Gantry.Server.Agents;

/// <summary>The server's end of a link: control messages as text frames, pieces of logs as binary frames, over any byte stream.</summary>
internal sealed class LinkSocket(Stream stream) : IDisposable
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    private readonly WebSocket socket = WebSocket.CreateFromStream(
        stream, new WebSocketCreationOptions { IsServer = false, KeepAliveInterval = KeepAlive, KeepAliveTimeout = KeepAlive });

    // A link that is quiet keeps little: with a thousand agents what each of them keeps is most of the server's memory. It grows with what comes, a log or a
    // set of many jobs, and shrinks once so many messages in a row were small.
    private const int Little = 4 << 10;
    private const int FewToShrink = 16;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(Little);
    private int small;

    /// <summary>Sends one control message. Not to be called twice at once.</summary>
    public ValueTask SendAsync(LinkMessage message, CancellationToken cancellationToken) =>
        socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(message, LinkJson.Default.LinkMessage).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

    /// <summary>
    /// Receives the next frame: a control message, or a piece of a log or of a stream that is valid until the next call. All are null when the
    /// agent closed the link. Throws <see cref="InvalidDataException"/> on what no agent sends.
    /// </summary>
    public async ValueTask<(LinkMessage? Control, LogFrame? Log, StreamFrame? Stream)> ReceiveAsync(CancellationToken cancellationToken)
    {
        var length = 0;
        if (small >= FewToShrink && buffer.Length > Little)
            Resize(Little, keep: 0);
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
                return (null, null, null);
            length += received.Count;
            if (received.EndOfMessage)
            {
                small = length <= Little ? small + 1 : 0;
                if (received.MessageType == WebSocketMessageType.Text)
                    return (Parse(buffer.AsSpan(0, length)), null, null);
                return StreamFrame.Read(buffer.AsMemory(0, length)) is { } piece ? (null, null, piece) : (null, ParseLog(length), null);
            }
            if (length == buffer.Length)
                Grow();
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        ArrayPool<byte>.Shared.Return(Interlocked.Exchange(ref buffer, []));
    }

    private static LinkMessage Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, LinkJson.Default.LinkMessage) ?? throw new InvalidDataException("The agent sent a control message of null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The agent sent a control message that is not readable: {e.Message}", e);
        }
    }

    /// <summary>Sends a piece of a stream. Not to be called while another send is under way.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken) =>
        socket.SendAsync(frame, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);

    private LogFrame ParseLog(int length) =>
        LogFrame.Read(buffer.AsMemory(0, length)) ?? throw new InvalidDataException($"The agent sent a binary frame of {length} bytes that is no piece of a log.");

    private void Grow()
    {
        if (buffer.Length >= LinkProtocol.MaxControlMessage)
            throw new InvalidDataException($"The agent sent a message of more than {LinkProtocol.MaxControlMessage} bytes.");
        Resize(Math.Min(buffer.Length * 2, LinkProtocol.MaxControlMessage), keep: buffer.Length);
    }

    private void Resize(int size, int keep)
    {
        var other = ArrayPool<byte>.Shared.Rent(size);
        buffer.AsSpan(0, keep).CopyTo(other);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = other;
    }
}

using System.Net.WebSockets;
using System.Text.Json;
using Gantry.Model.Link;

namespace Gantry.Agent.Link;

/// <summary>Reads control messages from a connection, and hands pieces of streams on.</summary>
internal sealed class MessageReader(WebSocket socket, Action<StreamFrame> pieceCame)
{
    private const int UsualSize = StreamFrame.HeaderSize + LinkProtocol.MaxStreamPiece;
    private byte[] _buffer = new byte[UsualSize];

    /// <summary>The next message of a known type; null when the connection was closed.</summary>
    /// <exception cref="WebSocketException">The connection broke.</exception>
    /// <exception cref="JsonException">A message is none.</exception>
    public async Task<LinkMessage?> ReadAsync(CancellationToken ended)
    {
        var length = 0;
        while (true)
        {
            if (length == _buffer.Length)
                Grow();
            var part = await socket.ReceiveAsync(_buffer.AsMemory(length), ended);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            length += part.Count;
            if (!part.EndOfMessage)
                continue;
            if (part.MessageType == WebSocketMessageType.Text && Parse(length) is { } message)
                return message;
            if (part.MessageType == WebSocketMessageType.Binary && StreamFrame.Read(_buffer.AsMemory(0, length)) is { } piece)
                pieceCame(piece);
            length = 0;
        }
    }

    // A type that this version does not know comes as the base type.
    private LinkMessage? Parse(int length)
    {
        var message = JsonSerializer.Deserialize(_buffer.AsSpan(0, length), LinkJson.Default.LinkMessage);
        if (_buffer.Length > UsualSize)
            _buffer = new byte[UsualSize];
        return message?.GetType() == typeof(LinkMessage) ? null : message;
    }

    private void Grow()
    {
        if (_buffer.Length >= LinkProtocol.MaxControlMessage)
            throw new JsonException($"A control message is longer than {LinkProtocol.MaxControlMessage} bytes.");
        Array.Resize(ref _buffer, _buffer.Length * 2);
    }
}

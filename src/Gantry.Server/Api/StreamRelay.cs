using System.Net.WebSockets;
using System.Text;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;

namespace Gantry.Server.Api;

/// <summary>Carries bytes between a client's WebSocket and a stream of a host's agent until both directions have ended.</summary>
internal static class StreamRelay
{
    /// <summary>Runs it. What breaks the stream is told to the client.</summary>
    /// <exception cref="WebSocketException">The client is gone.</exception>
    public static async Task RunAsync(WebSocket socket, LinkStream stream, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var outwards = SendAsync(socket, stream, ending.Token);
        var inwards = ReceiveAsync(socket, stream, ending.Token);
        try
        {
            // A failure of one ends the other. An ordinary end does not: cutting the connection then would lose what is still on its way.
            await await Task.WhenAny(outwards, inwards);
            await Task.WhenAll(outwards, inwards);
        }
        catch (StreamBrokenException e)
        {
            await RefuseAsync(socket, e.Message, cancellationToken);
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(outwards, inwards).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>Tells the client why, and closes.</summary>
    public static async Task RefuseAsync(WebSocket socket, string sentence, CancellationToken cancellationToken)
    {
        try
        {
            if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
                return;
            await socket.SendAsync(Encoding.UTF8.GetBytes(sentence).AsMemory(), WebSocketMessageType.Text, true, cancellationToken);
            await socket.CloseOutputAsync(WebSocketCloseStatus.InternalServerError, null, cancellationToken);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The client is gone.
        }
    }

    private static async Task SendAsync(WebSocket socket, LinkStream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[LinkProtocol.MaxStreamPiece];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var length)
            await socket.SendAsync(buffer.AsMemory(0, length), WebSocketMessageType.Binary, true, cancellationToken);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
    }

    private static async Task ReceiveAsync(WebSocket socket, LinkStream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[LinkProtocol.MaxStreamPiece];
        while (await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken) is { MessageType: not WebSocketMessageType.Close } part)
            await stream.WriteAsync(buffer.AsMemory(0, part.Count), cancellationToken);
        stream.CompleteWrites();
    }
}

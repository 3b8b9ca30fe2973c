using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;

namespace Gantry.Agent.Link;

/// <summary>The one that writes to a connection: control messages first, then a piece of a stream and a piece of log in turn, as far as the server's credit reaches.</summary>
internal sealed class ConnectionSender(
    WebSocket socket, ControlQueue control, LinkStreams streams, LogRing logs, TimeProvider time, Action<Guid> logComplete) : IDisposable
{
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly ArrayBufferWriter<byte> _json = new();
    private readonly byte[] _piece = new byte[LogFrame.HeaderSize + LinkProtocol.MaxLogPiece];
    private long _credit = LinkProtocol.InitialLogCredit;

    /// <summary>Says that there may be something to send.</summary>
    public void Wake()
    {
        try
        {
            if (_wake.CurrentCount == 0)
                _wake.Release();
        }
        catch (Exception exception) when (exception is SemaphoreFullException or ObjectDisposedException)
        {
            // Another was first, and once is enough; or the connection is over.
        }
    }

    /// <summary>Lets so many more bytes of log be sent.</summary>
    public void AddCredit(long bytes)
    {
        if (bytes <= 0)
            return;
        Interlocked.Add(ref _credit, bytes);
        Wake();
    }

    /// <summary>Sends until the connection ends.</summary>
    public async Task RunAsync(CancellationToken ended)
    {
        while (true)
        {
            if (control.TryTake() is { } message)
            {
                await SendAsync(message, ended);
                continue;
            }
            var hadPiece = await TrySendStreamAsync(ended);
            if (logs.TryTake(Interlocked.Read(ref _credit) > 0) is { } cursor)
                await SendPieceAsync(cursor, ended);
            else if (!hadPiece)
                await _wake.WaitAsync(ended);
        }
    }

    private async Task SendAsync(LinkMessage message, CancellationToken ended)
    {
        _json.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_json))
            JsonSerializer.Serialize(writer, message, LinkJson.Default.LinkMessage);
        await socket.SendAsync(_json.WrittenMemory, WebSocketMessageType.Text, true, ended);
    }

    private async ValueTask<bool> TrySendStreamAsync(CancellationToken ended)
    {
        if (!streams.TryTake(_piece, out var length, out var message))
            return false;
        if (message is not null)
            await SendAsync(message, ended);
        else
            await socket.SendAsync(_piece.AsMemory(0, length), WebSocketMessageType.Binary, true, ended);
        return true;
    }

    private async Task SendPieceAsync(LogCursor cursor, CancellationToken ended)
    {
        // Asked before reading: what is written in between is then read, not missed.
        var hasEnded = cursor.Job.HasEnded;
        var most = (int)Math.Min(Math.Max(0, Interlocked.Read(ref _credit)), LinkProtocol.MaxLogPiece);
        var length = most == 0 ? 0 : cursor.Read(_piece.AsSpan(LogFrame.HeaderSize, most));
        if (length > 0)
        {
            LogFrame.WriteHeader(_piece, cursor.Job.JobId, cursor.Offset, time.GetUtcNow());
            Interlocked.Add(ref _credit, -length);
            cursor.Advance(length);
            await socket.SendAsync(_piece.AsMemory(0, LogFrame.HeaderSize + length), WebSocketMessageType.Binary, true, ended);
            logs.Requeue(cursor);
        }
        else if (hasEnded)
        {
            logs.Remove(cursor);
            logComplete(cursor.Job.JobId);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _wake.Dispose();
}

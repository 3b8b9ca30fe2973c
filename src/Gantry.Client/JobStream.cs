using System.Net.WebSockets;
using System.Text;

namespace Gantry.Client;

/// <summary>What a stream into a job is for, and which job.</summary>
/// <param name="Path"><c>exec</c>, <c>forward</c> or <c>attach</c>.</param>
/// <param name="Replica">Replica; null for any that runs.</param>
/// <param name="Job">Job within the replica.</param>
/// <param name="Port">Port of a forward.</param>
/// <param name="Key">Public key that logs in, of an attach.</param>
public sealed record JobStreamRequest(string Path, int? Replica = null, int Job = 0, int? Port = null, string? Key = null)
{
    internal string Query =>
        $"job={Job}{(Replica is { } replica ? $"&replica={replica}" : "")}{(Port is { } port ? $"&port={port}" : "")}{(Key is { } key ? $"&key={Uri.EscapeDataString(key)}" : "")}";
}

/// <summary>Bytes to and from a running job. Asynchronous only.</summary>
public sealed class JobStream : Stream
{
    private readonly ClientWebSocket socket;

    internal JobStream(ClientWebSocket socket) => this.socket = socket;

    /// <summary>Ends what this side sends; it goes on reading.</summary>
    public async Task CompleteWritesAsync(CancellationToken cancellation)
    {
        if (socket.State == WebSocketState.Open)
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellation);
    }

    /// <inheritdoc/>
    /// <exception cref="JobStreamException">The server refused or broke the stream off.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (socket.State is WebSocketState.CloseReceived or WebSocketState.Closed)
            return 0;
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer, cancellationToken);
                switch (part.MessageType)
                {
                    case WebSocketMessageType.Close:
                        return 0;
                    case WebSocketMessageType.Text:
                        throw new JobStreamException(await SentenceAsync(buffer[..part.Count].ToArray(), part.EndOfMessage, cancellationToken));
                }
                if (part.Count > 0)
                    return part.Count;
            }
        }
        catch (WebSocketException error)
        {
            throw new JobStreamException($"The connection to the server broke: {error.Message}");
        }
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await socket.SendAsync(buffer, WebSocketMessageType.Binary, true, cancellationToken);
        }
        catch (WebSocketException error)
        {
            throw new JobStreamException($"The connection to the server broke: {error.Message}");
        }
    }

    private async Task<string> SentenceAsync(byte[] first, bool isWhole, CancellationToken cancellation)
    {
        var text = new MemoryStream();
        text.Write(first);
        var buffer = new byte[4096];
        while (!isWhole)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), cancellation);
            text.Write(buffer, 0, part.Count);
            isWhole = part.EndOfMessage;
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            socket.Dispose();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    public override bool CanRead => true;
    /// <inheritdoc/>
    public override bool CanWrite => true;
    /// <inheritdoc/>
    public override bool CanSeek => false;
    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    /// <inheritdoc/>
    public override void Flush()
    {
    }
    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");
    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");
    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();
    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>A stream was refused or broken off; the message is a sentence for the user.</summary>
public sealed class JobStreamException(string message) : IOException(message);

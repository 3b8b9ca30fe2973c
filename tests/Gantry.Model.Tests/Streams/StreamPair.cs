using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;

namespace Gantry.Model.Tests.Streams;

/// <summary>Two ends of a link over a real connection, as server and agent have them: each with one sender and one receiver.</summary>
internal sealed class StreamPair : IAsyncDisposable
{
    private readonly CancellationTokenSource ended = new();
    private readonly List<Task> loops = [];

    private StreamPair()
    {
        (Server, Agent) = (new End(true), new End(false));
    }

    public End Server { get; }
    public End Agent { get; }

    public static async Task<StreamPair> ConnectAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(listener.LocalEndPoint!);
        var accepted = await listener.AcceptAsync();
        accepted.NoDelay = true;
        var pair = new StreamPair();
        pair.Server.Socket = WebSocket.CreateFromStream(new NetworkStream(client, true), new WebSocketCreationOptions { IsServer = false });
        pair.Agent.Socket = WebSocket.CreateFromStream(new NetworkStream(accepted, true), new WebSocketCreationOptions { IsServer = true });
        foreach (var end in new[] { pair.Server, pair.Agent })
            pair.loops.AddRange([Task.Run(() => end.SendAsync(pair.ended.Token)), Task.Run(() => end.ReceiveAsync(pair.ended.Token))]);
        return pair;
    }

    /// <summary>A stream that the server opened, from both sides.</summary>
    public async Task<(LinkStream Server, LinkStream Agent)> OpenAsync(string target = "")
    {
        var near = Server.Streams.Open(new OpenStream { Kind = "test", Target = target });
        var (_, far) = await Agent.Accepted.Reader.ReadAsync();
        far.Accept();
        await near.OpenedAsync(CancellationToken.None);
        return (near, far);
    }

    /// <summary>Cuts the connection.</summary>
    public void Cut() => Server.Socket.Abort();

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        Server.Socket.Abort();
        Agent.Socket.Abort();
        await Task.WhenAll(loops);
        ended.Dispose();
    }

    internal sealed class End
    {
        private readonly Channel<bool> wake = Channel.CreateUnbounded<bool>();
        private readonly ConcurrentQueue<LinkMessage> control = new();

        public End(bool isServer) => Streams = new LinkStreams(isServer, () => wake.Writer.TryWrite(true), (order, stream) => Accepted.Writer.TryWrite((order, stream)));

        public WebSocket Socket { get; set; } = null!;
        public LinkStreams Streams { get; }
        public Channel<(OpenStream Order, LinkStream Stream)> Accepted { get; } = Channel.CreateUnbounded<(OpenStream, LinkStream)>();
        /// <summary>Control messages that have nothing to do with streams.</summary>
        public Channel<LinkMessage> Control { get; } = Channel.CreateUnbounded<LinkMessage>();
        /// <summary>Bytes that came on each stream.</summary>
        public ConcurrentDictionary<long, long> Received { get; } = new();

        public void Send(LinkMessage message)
        {
            control.Enqueue(message);
            wake.Writer.TryWrite(true);
        }

        public async Task SendAsync(CancellationToken ended)
        {
            var frame = new byte[StreamFrame.HeaderSize + LinkProtocol.MaxStreamPiece];
            try
            {
                while (true)
                {
                    if (control.TryDequeue(out var first))
                        await SendTextAsync(first, ended);
                    else if (!Streams.TryTake(frame, out var length, out var message))
                        await wake.Reader.ReadAsync(ended);
                    else if (message is not null)
                        await SendTextAsync(message, ended);
                    else
                        await Socket.SendAsync(frame.AsMemory(0, length), WebSocketMessageType.Binary, true, ended);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
            {
                Streams.End("The link was lost.");
            }
        }

        private ValueTask SendTextAsync(LinkMessage message, CancellationToken ended) =>
            Socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, LinkJson.Default.LinkMessage).AsMemory(), WebSocketMessageType.Text, true, ended);

        public async Task ReceiveAsync(CancellationToken ended)
        {
            var buffer = new byte[1 << 20];
            var length = 0;
            try
            {
                while (await Socket.ReceiveAsync(buffer.AsMemory(length), ended) is { MessageType: not WebSocketMessageType.Close } part)
                {
                    length += part.Count;
                    if (!part.EndOfMessage)
                        continue;
                    Take(buffer.AsMemory(0, length), part.MessageType);
                    length = 0;
                }
            }
            catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
            {
                // The connection is over.
            }
            Streams.End("The link was lost.");
        }

        private void Take(ReadOnlyMemory<byte> bytes, WebSocketMessageType type)
        {
            if (type == WebSocketMessageType.Binary)
            {
                var frame = StreamFrame.Read(bytes)!.Value;
                Received.AddOrUpdate(frame.StreamId, frame.Data.Length, (_, sum) => sum + frame.Data.Length);
                Streams.Receive(frame);
                return;
            }
            var message = JsonSerializer.Deserialize(bytes.Span, LinkJson.Default.LinkMessage)!;
            if (!Streams.Receive(message))
                Control.Writer.TryWrite(message);
        }
    }
}

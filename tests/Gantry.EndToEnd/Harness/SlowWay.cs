using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Gantry.EndToEnd.Harness;

/// <summary>A long or narrow way to a server: a port of <c>localhost</c> that leads there, and holds back all that goes through for a while, either way.</summary>
public sealed class SlowWay : IAsyncDisposable
{
    private const int MostHeld = 1000;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ended = new();
    private readonly string address;
    private readonly int port;
    private readonly TimeSpan delay;
    private readonly int bytesPerSecond;
    private readonly Task accepting;

    /// <summary>Opens it.</summary>
    /// <param name="address">The server's address.</param>
    /// <param name="port">Its port.</param>
    /// <param name="delay">How long each piece is held back.</param>
    /// <param name="bytesPerSecond">How much goes through of a connection, either way; 0 for all.</param>
    public SlowWay(string address, int port, TimeSpan delay = default, int bytesPerSecond = 0)
    {
        (this.address, this.port, this.delay, this.bytesPerSecond) = (address, port, delay, bytesPerSecond);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Its port of <c>localhost</c>.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        listener.Dispose();
        await accepting;
        ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(PassAsync(await listener.AcceptTcpClientAsync(ended.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task PassAsync(TcpClient near)
    {
        using var far = new TcpClient();
        using (near)
        {
            try
            {
                await far.ConnectAsync(address, port, ended.Token);
                await Task.WhenAny(HoldAsync(near.GetStream(), far.GetStream()), HoldAsync(far.GetStream(), near.GetStream()));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The host is away: so is the way.
            }
        }
    }

    private async Task HoldAsync(NetworkStream from, NetworkStream to)
    {
        var pieces = Channel.CreateBounded<(long Due, byte[] Bytes)>(MostHeld);
        var sending = SendAsync(pieces.Reader, to);
        var buffer = new byte[64 << 10];
        try
        {
            while (await from.ReadAsync(buffer, ended.Token) is > 0 and var count)
                await pieces.Writer.WriteAsync((Environment.TickCount64 + (long)delay.TotalMilliseconds, buffer[..count]), ended.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // One end is gone.
        }
        pieces.Writer.Complete();
        await sending;
    }

    private async Task SendAsync(ChannelReader<(long Due, byte[] Bytes)> pieces, NetworkStream to)
    {
        try
        {
            await foreach (var (due, bytes) in pieces.ReadAllAsync(ended.Token))
            {
                if (due - Environment.TickCount64 is > 0 and var left)
                    await Task.Delay(TimeSpan.FromMilliseconds(left), ended.Token);
                if (bytesPerSecond > 0)
                    await Task.Delay(TimeSpan.FromSeconds((double)bytes.Length / bytesPerSecond), ended.Token);
                await to.WriteAsync(bytes, ended.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The other end is gone.
        }
    }
}

using System.Net.Sockets;
using Gantry.Model.Link.Streams;

namespace Gantry.Agent.Streams;

/// <summary>Carries bytes between a socket and a stream until both directions have ended; each end of one is passed on by itself.</summary>
internal static class SocketRelay
{
    private const int BufferSize = 32 << 10;

    /// <summary>Runs it.</summary>
    /// <exception cref="StreamBrokenException">The socket broke.</exception>
    public static async Task RunAsync(Socket socket, LinkStream stream, CancellationToken ended)
    {
        var outwards = ReceiveAsync(socket, stream, ended);
        var inwards = SendAsync(socket, stream, ended);
        try
        {
            // One that fails ends the other: a socket that cannot be written is not worth reading.
            await await Task.WhenAny(outwards, inwards);
            await Task.WhenAll(outwards, inwards);
        }
        catch (Exception exception)
        {
            // What is broken off must not look like an ordinary end to the job.
            socket.LingerState = new LingerOption(true, 0);
            if (exception is SocketException)
                throw new StreamBrokenException($"The connection broke: {exception.Message}.");
            throw;
        }
        finally
        {
            socket.Close();
            await Task.WhenAll(outwards, inwards).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private static async Task ReceiveAsync(Socket socket, LinkStream stream, CancellationToken ended)
    {
        var buffer = new byte[BufferSize];
        while (await socket.ReceiveAsync(buffer, ended) is > 0 and var length)
            await stream.WriteAsync(buffer.AsMemory(0, length), ended);
        stream.CompleteWrites();
    }

    private static async Task SendAsync(Socket socket, LinkStream stream, CancellationToken ended)
    {
        var buffer = new byte[BufferSize];
        while (await stream.ReadAsync(buffer, ended) is > 0 and var length)
        {
            for (var sent = 0; sent < length;)
                sent += await socket.SendAsync(buffer.AsMemory(sent, length - sent), ended);
        }
        socket.Shutdown(SocketShutdown.Send);
    }
}

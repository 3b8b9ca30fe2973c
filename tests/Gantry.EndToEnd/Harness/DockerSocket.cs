using System.Net.Sockets;

namespace Gantry.EndToEnd.Harness;

/// <summary>A Docker daemon's socket, asked without Docker's client: starting that again and again would take the daemon's start the processor.</summary>
public static class DockerSocket
{
    /// <summary>Waits until a daemon answers there.</summary>
    /// <param name="path">The socket.</param>
    /// <param name="log">The daemon's log, for the message.</param>
    public static async Task UntilAnswersAsync(string path, string log)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        });
        await Deadline.Until<object>(
            $"a Docker daemon that answers at {path}",
            async () =>
            {
                try
                {
                    return (await http.GetAsync("http://docker/_ping")).IsSuccessStatusCode ? path : null;
                }
                catch (HttpRequestException)
                {
                    return null;
                }
            },
            seen: () => File.Exists(log) ? File.ReadAllText(log) : "There is no log.");
    }
}

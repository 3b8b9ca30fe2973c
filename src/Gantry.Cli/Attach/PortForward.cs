using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gantry.Cli.Projects;
using Gantry.Client;

namespace Gantry.Cli.Attach;

/// <summary>A port of this machine whose connections go to a port of a job, each over a stream of its own.</summary>
internal sealed class PortForward : IDisposable
{
    private readonly Socket listener;

    private PortForward(Socket listener, int port) => (this.listener, Port) = (listener, port);

    /// <summary>The port in the job.</summary>
    public int Port { get; }

    /// <summary>The port here.</summary>
    public int LocalPort => ((IPEndPoint)listener.LocalEndPoint!).Port;

    /// <summary>Listens here.</summary>
    /// <param name="address">Address to listen on.</param>
    /// <param name="local">Port here; null for the same number, or any if that is taken.</param>
    /// <param name="port">Port in the job.</param>
    /// <exception cref="CliException">The port is taken.</exception>
    public static PortForward Listen(IPAddress address, int? local, int port)
    {
        if (local is null && TryListen(address, port, out _) is { } same)
            return new PortForward(same, port);
        return TryListen(address, local ?? 0, out var problem) is { } listener
            ? new PortForward(listener, port)
            : throw new CliException(ExitCodes.Failed, $"The port {local} of {address} can not be listened on: {problem}. Choose another: -p OTHER:{port}");
    }

    /// <summary>Carries connections until cancelled. One that fails is no other's trouble.</summary>
    public async Task RunAsync(ProjectConnection project, string run, int? replica, int job, CancellationToken cancellation)
    {
        try
        {
            while (true)
                _ = CarryAsync(await listener.AcceptAsync(cancellation), project, run, replica, job, cancellation);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Detached.
        }
    }

    /// <summary><c>8501</c> or <c>80:8501</c>: the port here (null: the same) and in the job.</summary>
    /// <exception cref="CliException">It is neither.</exception>
    public static (int? Local, int Port) Parse(string text)
    {
        var parts = text.Split(':');
        int? Number(string part) => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 65535 ? number : null;
        return parts switch
        {
            [var one] when Number(one) is { } port => (null, port),
            ["*", var one] when Number(one) is { } port => (0, port),
            [var here, var there] when Number(here) is { } local && Number(there) is { } port => (local, port),
            _ => throw new CliException(ExitCodes.Usage, $"--port: '{text}' is no mapping; allowed are PORT, LOCAL:PORT and *:PORT, with ports from 1 to 65535."),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => listener.Dispose();

    private static Socket? TryListen(IPAddress address, int port, out string problem)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            problem = "";
            return socket;
        }
        catch (SocketException error)
        {
            socket.Dispose();
            problem = error.Message;
            return null;
        }
    }

    private async Task CarryAsync(Socket accepted, ProjectConnection project, string run, int? replica, int job, CancellationToken cancellation)
    {
        accepted.NoDelay = true;
        await using var here = new NetworkStream(accepted, ownsSocket: true);
        try
        {
            await using var there = await project.Client.OpenStreamAsync(project.Name, run, new JobStreamRequest("forward", replica, job, Port), cancellation);
            var inwards = CopyAsync(here, there, cancellation);
            await there.CopyToAsync(here, cancellation);
            accepted.Shutdown(SocketShutdown.Send);
            await inwards;
        }
        catch (Exception e) when (e is IOException or SocketException or ServerUnreachableException or OperationCanceledException or ObjectDisposedException)
        {
            // Nobody listens there, or either side broke off: so does this connection.
            accepted.LingerState = new LingerOption(true, 0);
        }
    }

    private static async Task CopyAsync(NetworkStream from, JobStream to, CancellationToken cancellation)
    {
        await from.CopyToAsync(to, cancellation);
        await to.CompleteWritesAsync(cancellation);
    }
}

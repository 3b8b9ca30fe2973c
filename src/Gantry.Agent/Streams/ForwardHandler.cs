using System.Globalization;
using System.Net.Sockets;
using Gantry.Agent.Executors;
using Gantry.Agent.Spool;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;

namespace Gantry.Agent.Streams;

/// <summary>Streams of kind "forward": a connection to a port of the job.</summary>
internal sealed class ForwardHandler(AgentSpool spool, ExecutorSet executors) : IStreamHandler
{
    /// <inheritdoc/>
    public string Kind => StreamKinds.Forward;

    /// <inheritdoc/>
    public async Task ServeAsync(OpenStream order, LinkStream stream, CancellationToken ended)
    {
        if (!int.TryParse(order.Target, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            throw new StreamBrokenException($"'{order.Target}' is no port to forward to; a port is a number from 1 to 65535.");
        var network = await JobNetwork.OfAsync(RunningJob.Find(spool, executors, order), executors, ended);
        Socket socket;
        try
        {
            socket = await network.ConnectAsync(port, ended);
        }
        catch (SocketException exception)
        {
            throw new StreamBrokenException($"Nothing in the job takes connections on port {port}: {exception.Message}.");
        }
        using var _ = socket;
        stream.Accept();
        await SocketRelay.RunAsync(socket, stream, ended);
    }
}

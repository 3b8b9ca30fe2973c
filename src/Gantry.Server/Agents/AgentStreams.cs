using System.Collections.Concurrent;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;

namespace Gantry.Server.Agents;

/// <summary>Streams between this server and the agents that are connected to it, in both directions.</summary>
internal sealed partial class AgentStreams(IEnumerable<IStreamHandler> handlers, ILogger<AgentStreams> logger)
{
    private readonly ConcurrentDictionary<Guid, Link> links = new();

    private sealed record Link(string HostName, LinkStreams Streams, bool TakesStreams);

    /// <summary>Opens a stream to a host's agent or into a job there, and waits until the agent has what was asked for.</summary>
    /// <exception cref="StreamBrokenException">The host is not connected, its agent is too old, or it refuses; the message is for the user.</exception>
    public async Task<LinkStream> OpenAsync(Guid instanceId, OpenStream order, CancellationToken cancellationToken)
    {
        if (!links.TryGetValue(instanceId, out var link))
            throw new StreamBrokenException("The job's host is not connected to the server now; the job itself may run on. Try again once `gantry ps` shows the host reachable.");
        if (!link.TakesStreams)
            throw new StreamBrokenException($"The agent of {link.HostName} is of a build that knows no exec and no attach; the job itself runs on. Update the agent.");
        var stream = link.Streams.Open(order);
        try
        {
            await stream.OpenedAsync(cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>An agent has connected: what its link's streams are, from now until <see cref="Disconnected"/>.</summary>
    public LinkStreams Connected(Guid instanceId, string hostName, bool takesStreams, Action wake)
    {
        var streams = new LinkStreams(isServer: true, wake, (order, stream) => _ = Task.Run(() => ServeAsync(order, stream)));
        links[instanceId] = new Link(hostName, streams, takesStreams);
        return streams;
    }

    /// <summary>The link is over, and all of its streams.</summary>
    public void Disconnected(Guid instanceId, LinkStreams streams)
    {
        if (links.TryGetValue(instanceId, out var link) && link.Streams == streams)
            links.TryRemove(new KeyValuePair<Guid, Link>(instanceId, link));
        streams.End("The link between the server and the job's host was lost; the job itself goes on.");
    }

    private async Task ServeAsync(OpenStream order, LinkStream stream)
    {
        try
        {
            if (handlers.FirstOrDefault(handler => handler.Kind == order.Kind) is not { } handler)
                throw new StreamBrokenException($"This server knows no streams of kind '{order.Kind}'.");
            await handler.ServeAsync(order, stream, stream.Ended);
            await stream.DisposeAsync();
        }
        catch (IOException e)
        {
            stream.Abort(e.Message);
        }
        catch (OperationCanceledException) when (stream.Ended.IsCancellationRequested)
        {
            // Whoever broke it off knows why.
        }
        catch (Exception e)
        {
            LogFailed(logger, e, order.Kind);
            stream.Abort("The server failed at this; its log says how.");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A stream of kind {Kind} that an agent opened failed.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string kind);
}

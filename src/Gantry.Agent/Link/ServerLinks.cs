using System.Collections.Concurrent;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;

namespace Gantry.Agent.Link;

/// <summary>The servers that are connected now, for streams that the agent opens.</summary>
internal sealed class ServerLinks
{
    private readonly ConcurrentDictionary<Guid, LinkStreams> _servers = new();

    /// <summary>Opens a stream to a server, and waits until it is there.</summary>
    /// <exception cref="StreamBrokenException">The server is not connected, takes no streams, or refuses this one.</exception>
    public async Task<LinkStream> OpenAsync(Guid serverId, OpenStream order, CancellationToken cancellationToken)
    {
        if (!_servers.TryGetValue(serverId, out var streams))
            throw new StreamBrokenException($"Server {serverId} is not connected to this agent, or is too old to take streams.");
        var stream = streams.Open(order);
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

    /// <summary>A server that takes streams has connected.</summary>
    public void Add(Guid serverId, LinkStreams streams) => _servers[serverId] = streams;

    /// <summary>Its connection is over.</summary>
    public void Remove(Guid serverId, LinkStreams streams) => _servers.TryRemove(new KeyValuePair<Guid, LinkStreams>(serverId, streams));
}

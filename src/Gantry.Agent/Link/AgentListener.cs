using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Gantry.Agent.Native;
using Gantry.Model.Link;

namespace Gantry.Agent.Link;

/// <summary>Takes servers' connections on the spool's Unix socket. Several servers may be connected, each at most once.</summary>
internal sealed class AgentListener(AgentFloor floor) : IDisposable
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    private readonly ConcurrentDictionary<AgentConnection, bool> _connections = new();
    private readonly string _path = AgentAddress.SocketPath(floor.Spool.Directory);
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    /// <summary>Connections that are open.</summary>
    public IEnumerable<AgentConnection> Connections => _connections.Keys;

    /// <summary>Whether there is none.</summary>
    public bool IsAlone => _connections.IsEmpty;

    /// <summary>Begins to listen. The spool's lock is ours, so a socket that is there is a dead agent's.</summary>
    /// <exception cref="IOException">The directory of a socket outside of the spool is not ours alone.</exception>
    public void Listen()
    {
        SocketDirectory.Verify(_path, floor.Spool.Directory);
        File.Delete(_path);
        _socket.Bind(new UnixDomainSocketEndPoint(_path));
        File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _socket.Listen(16);
    }

    /// <summary>Accepts connections until the agent ends.</summary>
    public async Task AcceptAsync(CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                var peer = await _socket.AcceptAsync(ended);
                _ = Task.Run(() => ServeAsync(peer, ended), ended);
            }
            catch (SocketException exception)
            {
                // Too many open files, say: the one who dials tries again.
                floor.Log.Error($"a connection could not be accepted: {exception.Message}");
            }
        }
    }

    private async Task ServeAsync(Socket peer, CancellationToken ended)
    {
        using var stream = new NetworkStream(peer, ownsSocket: true);
        if (!IsTrusted(peer))
        {
            floor.Log.Error("a connection of another user was refused");
            return;
        }
        var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.Zero });
        await using var connection = new AgentConnection(socket, floor);
        _connections[connection] = true;
        try
        {
            await connection.RunAsync(Replace, ended);
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or SocketException or JsonException or OperationCanceledException || IsSocketGone(exception))
        {
            floor.Log.Info($"connection of server {connection.ServerId} ended: {exception.Message}");
        }
        catch (Exception exception)
        {
            // A fault of ours: the server dials again, and both begin anew from what is in the spool.
            floor.Log.Error($"connection of server {connection.ServerId} failed: {exception}");
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    }

    // A WebSocket looks at its state and at whether it was disposed one after the other, without a lock: aborted in between, it tells of the one where otherwise it tells of the other. Of
    // anything else that was disposed too early it would be a fault of ours.
    private static bool IsSocketGone(Exception exception) => exception is ObjectDisposedException { ObjectName: var name } && name.StartsWith("System.Net.", StringComparison.Ordinal);

    // A server that dials again has lost the old connection, whether we noticed or not.
    private void Replace(AgentConnection connection)
    {
        foreach (var other in _connections.Keys)
        {
            if (other != connection && other.ServerId == connection.ServerId)
                other.Abort();
        }
    }

    // The socket's mode keeps others out; this holds where a file system ignores modes, too.
    private static bool IsTrusted(Socket peer)
    {
        Span<byte> credentials = stackalloc byte[12];
        if (peer.GetRawSocketOption(SolSocket, SoPeerCred, credentials) < 12)
            return false;
        var uid = MemoryMarshal.Read<int>(credentials[4..]);
        return uid == 0 || uid == Libc.geteuid();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        File.Delete(_path);
    }
}

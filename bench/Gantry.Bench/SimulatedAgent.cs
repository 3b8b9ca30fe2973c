using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using Gantry.Model.Link;

namespace Gantry.Bench;

/// <summary>
/// Listens where a home's agent would, so that the server takes it for the agent of its machine, and says of every job at once that it
/// runs and then that it exited with 0. What remains is the work of the server alone.
/// </summary>
internal sealed class SimulatedAgent : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource ending = new();
    private readonly Task serving;
    private readonly int maxJobs;
    private byte[] buffer = new byte[1 << 16];

    /// <summary>Listens; the server is to be started after this.</summary>
    /// <param name="spool">The agent directory of the home.</param>
    /// <param name="maxJobs">How many jobs the host says to run at once.</param>
    public SimulatedAgent(string spool, int maxJobs)
    {
        this.maxJobs = maxJobs;
        Directory.CreateDirectory(spool, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        listener.Bind(new UnixDomainSocketEndPoint(AgentAddress.SocketPath(spool)));
        listener.Listen(1);
        serving = Task.Run(ServeAsync);
    }

    private async Task ServeAsync()
    {
        using var peer = await listener.AcceptAsync(ending.Token);
        using var link = WebSocket.CreateFromStream(new NetworkStream(peer), new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.Zero });
        if (await ReceiveAsync(link) is not ServerHello hello)
            throw new InvalidDataException("The server did not begin with its hello.");
        await SendAsync(link, new AgentHello { Protocol = LinkProtocol.Version, AgentId = Guid.NewGuid(), Build = hello.Build, BootId = "simulated", Host = Host() });
        await SendAsync(link, new ObservedJobs { Full = true, Jobs = [] });
        while (await ReceiveAsync(link) is { } message)
        {
            if (message is not WantJobs want)
                continue;
            List<JobOrder> orders = [.. want.Jobs.Where(job => job.Order is not null).Select(job => job.Order!)];
            if (orders.Count == 0)
                continue;
            await SendAsync(link, new ObservedJobs { Jobs = [.. orders.Select(order => Observe(order, ObservedState.Running))] });
            await SendAsync(link, new ObservedJobs { Jobs = [.. orders.Select(order => Observe(order, ObservedState.Exited))] });
        }
    }

    private static ObservedJob Observe(JobOrder order, ObservedState state)
    {
        var now = DateTimeOffset.UtcNow;
        var hasEnded = state == ObservedState.Exited;
        return new ObservedJob
        {
            JobId = order.JobId,
            ServerId = order.ServerId,
            ProjectName = order.ProjectName,
            RunName = order.RunName,
            JobName = order.JobName,
            State = state,
            Pid = 1,
            StartedAt = now,
            FinishedAt = hasEnded ? now : null,
            ExitStatus = hasEnded ? 0 : null,
        };
    }

    private HostFacts Host() => new()
    {
        Hostname = "simulated",
        InternalIp = "127.0.0.1",
        Username = "bench",
        Arch = "x86",
        Cpus = 64,
        MemoryMib = 256 << 10,
        DiskMib = 1 << 20,
        MaxJobs = maxJobs,
    };

    private ValueTask SendAsync(WebSocket link, LinkMessage message) => link.SendAsync(
        JsonSerializer.SerializeToUtf8Bytes(message, LinkJson.Default.LinkMessage).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, ending.Token);

    // Null when the server closed the link.
    private async Task<LinkMessage?> ReceiveAsync(WebSocket link)
    {
        for (var length = 0; ;)
        {
            if (length == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            var part = await link.ReceiveAsync(buffer.AsMemory(length), ending.Token);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            length += part.Count;
            if (part.EndOfMessage)
                return JsonSerializer.Deserialize(buffer.AsSpan(0, length), LinkJson.Default.LinkMessage);
        }
    }

    /// <summary>Ends it. Dispose of the home first: a server that loses its agent starts a real one.</summary>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Dispose();
        try
        {
            await serving;
        }
        catch (Exception error) when (error is OperationCanceledException or WebSocketException or IOException or SocketException)
        {
            // The server ended first, or nobody dialled.
        }
        ending.Dispose();
    }
}

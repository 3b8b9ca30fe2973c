using System.Net.Sockets;
using System.Net.WebSockets;
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
        using var host = new SimulatedHost(new NetworkStream(peer), Guid.NewGuid(), Facts("simulated", maxJobs), endsJobs: true);
        await host.ServeAsync(ending.Token);
    }

    /// <summary>What a simulated host says to have.</summary>
    public static HostFacts Facts(string hostname, int maxJobs) => new()
    {
        Hostname = hostname,
        InternalIp = "127.0.0.1",
        Username = "bench",
        Arch = "x86",
        Cpus = 64,
        MemoryMib = 256 << 10,
        DiskMib = 1 << 20,
        MaxJobs = maxJobs,
    };

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

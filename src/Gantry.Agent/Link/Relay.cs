using System.Diagnostics;
using System.Net.Sockets;
using Gantry.Model.Link;

namespace Gantry.Agent.Link;

/// <summary>
/// <c>gantry-agent relay</c>: standard input and output become the agent's socket, so that a server reaches the agent through any
/// program that runs a command there, without forwarding rights. Starts the agent when it does not run, unless somebody stopped it by hand: whose
/// host it is has the last word there. It holds nothing: when it ends, the agent and its jobs go on.
/// </summary>
internal sealed class Relay(string directory, string? serverId, TimeProvider time)
{
    /// <summary>Exit status: another server owns this agent.</summary>
    public const int Owned = 4;

    /// <summary>Exit status, also of the script <c>start</c>: somebody stopped the agent on this host.</summary>
    public const int Stopped = 6;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs until either side closes. Returns the exit status; what is wrong is on standard error.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        if (Owner() is { } owner && serverId is not null && owner != serverId)
        {
            await Console.Error.WriteLineAsync($"This host belongs to the server {owner}.");
            return Owned;
        }
        var (socket, status) = await ConnectAsync(cancellation);
        if (socket is null)
            return status;
        await using var agent = new NetworkStream(socket, ownsSocket: false);
        await using var input = Console.OpenStandardInput();
        await using var output = Console.OpenStandardOutput();
        var down = PumpAsync(input, agent, cancellation);
        var up = PumpAsync(agent, output, cancellation);
        // Whichever side ends first, nothing can be said any more. A read of standard input cannot be broken off: the process ends over it.
        await Task.WhenAny(down, up);
        return 0;
    }

    /// <summary>The server that the host belongs to, as the installation wrote it; null when it did not.</summary>
    private string? Owner()
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, "owner")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        }
        catch (IOException)
        {
            return null;
        }
    }

    // The agent's socket; or none, and the exit status that says why.
    private async Task<(Socket? Socket, int Status)> ConnectAsync(CancellationToken cancellation)
    {
        if (await DialAsync(cancellation) is { } running)
            return (running, 0);
        using var start = Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { Path.Combine(directory, "start") }, RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false });
        start?.StandardInput.Close();
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < StartLimit)
        {
            // The kernel has no event for "somebody listens on this path now" that is worth its trouble here.
            await Task.Delay(Retry, time, cancellation);
            if (await DialAsync(cancellation) is { } started)
                return (started, 0);
            if (start is { HasExited: true, ExitCode: Stopped })
            {
                await Console.Error.WriteLineAsync("Somebody stopped the agent on this host.");
                return (null, Stopped);
            }
        }
        await Console.Error.WriteLineAsync($"The agent did not come up within {StartLimit.TotalSeconds:0} s; its log is {Path.Combine(directory, "agent.log")}.");
        return (null, 1);
    }

    private async Task<Socket?> DialAsync(CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(AgentAddress.SocketPath(Path.Combine(directory, "spool"))), cancellation);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    private static async Task PumpAsync(Stream from, Stream to, CancellationToken cancellation)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await from.ReadAsync(buffer, cancellation) is > 0 and var count)
            {
                await to.WriteAsync(buffer.AsMemory(0, count), cancellation);
                await to.FlushAsync(cancellation);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // The other end is gone, which is how a relay ends.
        }
    }
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gantry.Agent.Executors;
using Gantry.Agent.Executors.Process;
using Gantry.Agent.Native;
using Gantry.Model.Link.Streams;

namespace Gantry.Agent.Streams;

/// <summary>Where a job's <c>localhost</c> is: the host's own network, or a container's.</summary>
/// <param name="ContainerPid">First process of a container with a network of its own; null where the host's is the job's.</param>
internal sealed record JobNetwork(int? ContainerPid)
{
    private const int NewNetwork = 0x40000000;

    /// <summary>The network of a job that runs.</summary>
    /// <exception cref="StreamBrokenException">Its container is gone.</exception>
    public static async Task<JobNetwork> OfAsync(RunningJob job, ExecutorSet executors, CancellationToken cancellation)
    {
        if (job.Container is not { } name || job.Order.Container is not { Ports.Count: > 0 })
            return new JobNetwork((int?)null);
        var container = await executors.Docker.Docker!.Containers.FindAsync(name, cancellation);
        return container?.State is { IsLive: true, Pid: > 0 and var pid } ? new JobNetwork(pid) : throw new StreamBrokenException("The job's container does not run any more.");
    }

    /// <summary>What a command line begins with for a program to run in it.</summary>
    /// <exception cref="StreamBrokenException">The agent may not, or the host lacks the program for it.</exception>
    public IReadOnlyList<string> Enter()
    {
        if (ContainerPid is not { } pid)
            return [];
        DemandRoot();
        var nsenter = HostTools.Search("nsenter") ?? throw new StreamBrokenException("The job's host has no program nsenter (package util-linux), which ssh into a container with a network of its own needs.");
        return [nsenter, "--target", pid.ToString(CultureInfo.InvariantCulture), "--net", "--"];
    }

    /// <summary>Connects to a port of the job's localhost.</summary>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public async Task<Socket> ConnectAsync(int port, CancellationToken cancellation)
    {
        if (ContainerPid is not { } pid)
            return await ConnectHereAsync(port, cancellation);
        DemandRoot();
        // A socket belongs to the network of the thread that made it. A thread of its own, which is never used again: no way back is needed.
        return await Task.Factory.StartNew(() => ConnectIn(pid, port), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static async Task<Socket> ConnectHereAsync(int port, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Socket ConnectIn(int pid, int port)
    {
        var fd = Libc.open($"/proc/{pid}/ns/net", Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        try
        {
            if (fd < 0 || Libc.setns(fd, NewNetwork) != 0)
                throw Libc.Error("The container's network can not be entered");
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        finally
        {
            _ = Libc.close(fd);
        }
    }

    private static void DemandRoot()
    {
        if (Libc.geteuid() != 0)
            throw new StreamBrokenException("The job's container has a network of its own, which only an agent that runs as root can enter. Its mapped ports are on the host's 127.0.0.1.");
    }
}

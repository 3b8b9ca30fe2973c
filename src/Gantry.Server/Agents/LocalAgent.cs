using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Gantry.Model.Link;
using Gantry.Server.Changes;
using Gantry.Server.Hosting;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Agents;

/// <summary>
/// The agent of the server's own machine: dialled over its Unix socket, and started when nobody answers. It has a session of
/// its own and outlives the server, so that jobs are watched whatever becomes of the server.
/// </summary>
internal sealed partial class LocalAgent(string spool, TimeProvider time, ILogger<LocalAgent> logger) : IAgentRoute
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);
    private int? peer;

    /// <summary>Connects to the agent, starting it if it does not run. Throws <see cref="IOException"/> when it does not come up.</summary>
    public async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        if (await TryDialAsync(cancellationToken) is { } running)
            return running;
        using var process = Start();
        var deadline = time.GetUtcNow() + StartLimit;
        for (var wait = FirstRetry; time.GetUtcNow() < deadline; wait = wait * 2 < LongestRetry ? wait * 2 : LongestRetry)
        {
            if (await TryDialAsync(cancellationToken) is { } started)
                return started;
            if (process.HasExited)
                throw new IOException($"The agent of this machine ended at once with exit status {process.ExitCode}; its log is {LogPath}.");
            // The kernel has no event for "somebody listens on this path now" that is worth its trouble here.
            await Task.Delay(wait, time, cancellationToken);
        }
        throw new IOException($"The agent of this machine did not come up within {StartLimit.TotalSeconds:0} s; its log is {LogPath}.");
    }

    public bool HoldsLeases => false;

    /// <summary>Ends the agent, not its jobs, so that the next connection starts the present build.</summary>
    public void Replace(string oldBuild)
    {
        if (peer is not { } pid)
            return;
        LogReplacing(logger, oldBuild, BuildInfo.Build, pid);
        try
        {
            using var process = Process.GetProcessById(pid);
            if (process.ProcessName.StartsWith("gantry-agent", StringComparison.Ordinal))
                process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It has ended meanwhile.
        }
    }

    public InstanceRow Register(GantryDb db, ChangeSet changes, AgentHello hello, DateTimeOffset now)
    {
        var row = db.Instances.SingleOrDefault(instance => instance.Embedded && instance.DeletedAt == null);
        if (row is null)
        {
            row = new InstanceRow { Id = Guid.NewGuid(), Name = hello.Host.Hostname, Embedded = true, CreatedAt = now };
            db.Instances.Add(row);
            Reconcilers.EventLog.Instance(db, changes, row, "Instance created. Status: IDLE", now, actor: null);
        }
        row.AgentId = hello.AgentId;
        row.BootId = hello.BootId;
        row.Facts = JsonSerializer.Serialize(hello.Host, LinkJson.Default.HostFacts);
        row.LastSeenAt = now;
        return row;
    }

    /// <summary>
    /// The process at the other end, from the kernel. Its lock file says it too, but cannot be read here: .NET takes a lock of its own on
    /// every file that it opens, and refuses to open one that is locked.
    /// </summary>
    private static int? PeerOf(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12];
        var (level, option) = OperatingSystem.IsMacOS() ? (0, 2) : (1, 17);
        try
        {
            return socket.GetRawSocketOption(level, option, credentials) >= sizeof(int) ? BitConverter.ToInt32(credentials) : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private string LogPath => Path.Combine(spool, "agent.log");

    private async Task<Stream?> TryDialAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(AgentAddress.SocketPath(spool)), cancellationToken);
            peer = PeerOf(socket);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    private Process Start()
    {
        if (!Directory.Exists(spool))
            Directory.CreateDirectory(spool, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = "/" };
        // A session of its own, and no descriptor of the server's: it must not keep a pipe or a port open.
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec setsid \"$1\" run --spool \"$2\" </dev/null >>\"$3\" 2>&1");
        start.ArgumentList.Add("gantry-agent");
        start.ArgumentList.Add(Executable());
        start.ArgumentList.Add(spool);
        start.ArgumentList.Add(LogPath);
        start.Environment.Remove("GANTRY_ADMIN_TOKEN");
        LogStarting(logger, spool);
        return Process.Start(start) ?? throw new IOException("The agent could not be started.");
    }

    /// <summary>Beside the server's executable; in a build tree, in the agent's own output.</summary>
    private static string Executable()
    {
        var beside = Path.Combine(AppContext.BaseDirectory, "gantry-agent");
        if (File.Exists(beside))
            return beside;
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(output.Parent!.Parent!.FullName, "Gantry.Agent", output.Name, "gantry-agent");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Starting the agent of this machine (spool {Spool}).")]
    private static partial void LogStarting(ILogger logger, string spool);

    [LoggerMessage(Level = LogLevel.Information, Message = "The agent is of build {Old}, the server of {New}: replacing the agent (pid {Pid}); its jobs go on.")]
    private static partial void LogReplacing(ILogger logger, string old, string @new, int pid);
}

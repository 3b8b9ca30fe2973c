using System.Diagnostics;
using Gantry.Model.Link;

namespace Gantry.Agent.Tests.Support;

/// <summary>The real executable on a spool of its own under /tmp. At the end nothing of it is left: no agent, no job, no directory.</summary>
internal sealed class TestAgent : IAsyncDisposable
{
    private static readonly string Executable = Path.Combine(AppContext.BaseDirectory, "gantry-agent");
    private readonly bool _ownsSpool;
    private Process? _process;

    private TestAgent(string spool, bool ownsSpool) => (Spool, _ownsSpool) = (spool, ownsSpool);

    public string Spool { get; }
    public int Pid => _process!.Id;
    public Process Process => _process!;
    public string LogPath => Spool + ".log";

    /// <summary>A directory that goes before all others on the agent's PATH; null for none.</summary>
    public string? Tools { get; init; }

    /// <summary>What its log may say although it reads like a fault of its own.</summary>
    public string? Tolerated { get; set; }

    public static async Task<TestAgent> StartAsync(string? spool = null, double idleExit = 60, string? tools = null)
    {
        var agent = new TestAgent(spool ?? NewSpool(), spool is null) { Tools = tools };
        await agent.RestartAsync(idleExit);
        return agent;
    }

    public static string NewSpool() => Path.Combine("/tmp", $"gantry-agent-test-{Guid.NewGuid():N}"[..36]);

    /// <summary>Starts an agent on the spool, and waits until it listens.</summary>
    public async Task RestartAsync(double idleExit = 60)
    {
        Launch(idleExit);
        await Eventually.True(() => IsListening() || _process!.HasExited, $"an agent that listens on {Spool}");
        Assert.False(_process!.HasExited, "the agent ended: " + ReadLog());
    }

    public void Launch(double idleExit = 60)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(LogPath)!);
        // Through a shell, whose place it takes: its output goes to a file, as in life.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec \"$0\" run --spool \"$1\" --idle-exit \"$2\" < /dev/null >> \"$1.log\" 2>&1");
        start.ArgumentList.Add(Executable);
        start.ArgumentList.Add(Spool);
        start.ArgumentList.Add(idleExit.ToString(System.Globalization.CultureInfo.InvariantCulture));
        start.Environment["GANTRY_TEST_SECRET"] = "not for jobs";
        if (Tools is not null)
            start.Environment["PATH"] = $"{Tools}:{Environment.GetEnvironmentVariable("PATH")}";
        _process = Process.Start(start);
    }

    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    public Task<TestServer> ConnectAsync(Guid? id = null, bool givesCredit = true, bool takesStreams = false, TimeSpan? lease = null) =>
        TestServer.ConnectAsync(Spool, ReadLog, id, givesCredit, takesStreams, lease);

    /// <summary>The guard of leases; null when none lives.</summary>
    public int? Guard => Leftovers.Of(Path.Combine(Spool, "gantry-guard")) is [var pid, ..] ? pid : null;

    public string JobDirectory(Guid job) => Path.Combine(Spool, "jobs", job.ToString());

    public string ReadLog() => File.Exists(LogPath) ? File.ReadAllText(LogPath) : "";

    private bool IsListening()
    {
        try
        {
            using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
            socket.Connect(new System.Net.Sockets.UnixDomainSocketEndPoint(AgentAddress.SocketPath(Spool)));
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        var log = ReadLog();
        if (_process is { HasExited: false })
            await KillAsync();
        _process?.Dispose();
        Leftovers.KillJobsOf(Spool);
        // It ends by itself with the spool, but not before a moment.
        if (Guard is { } guard)
            _ = Native.Libc.kill(guard, Native.Libc.SIGKILL);
        await Eventually.True(() => Guard is null, "the guard's end");
        if (_ownsSpool && Directory.Exists(Spool))
            Directory.Delete(Spool, true);
        File.Delete(LogPath);
        // What an agent catches so that it goes on is still a fault of its own.
        Assert.DoesNotContain(" failed: ", Tolerated is { } text ? log.Replace(text, "", StringComparison.Ordinal) : log);
        Assert.DoesNotContain("Unhandled exception", log);
    }
}

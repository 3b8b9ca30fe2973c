using System.Globalization;
using System.Text;
using System.Text.Json;
using Gantry.Agent.Executors;
using Gantry.Agent.Executors.Process;
using Gantry.Agent.Logs;
using Gantry.Agent.Native;
using Gantry.Agent.Spool;
using Gantry.Model.Link;

namespace Gantry.Agent.Ssh;

/// <summary>
/// The host's own sshd for the nodes of runs that are here: it listens on the host's internal address as long as a job of such a run is here, lets in only these runs' keys, and every session
/// of a key becomes one of that run's job. Nothing else is allowed, so that a connection that outlives the job is worth nothing.
/// It is a process beside the agent, found again by its pid file, so that sessions outlive the agent as the jobs do.
/// </summary>
internal sealed class NodeSshd(AgentSpool spool, ExecutorSet executors, SpoolWatcher watcher, TimeProvider time, AgentLog log)
{
    // How long a job waits for it before it starts without it, and how long it is left alone after it failed.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly string _directory = Path.Combine(spool.Directory, "node-ssh");
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Node> _nodes = [];
    private int _watch = -1;
    private int _sshd;
    // Was told to end, and has the port until it has ended.
    private int _leaving;
    private long _since;
    private bool _hasFailed;
    private string _complaint = "";

    /// <summary>Called when a job may have to be looked at.</summary>
    public Action<Guid> Changed { get; set; } = _ => { };

    private sealed record Node(NodeSsh Ssh, string Rank, string Command);

    /// <summary>Lets the other nodes of a job's run in. True once they can come, or when the job should not wait for that any longer: the agent's log says why.</summary>
    public bool Admit(JobSpool job, JobOrder order)
    {
        if (order.NodeSsh is not { } ssh)
            return true;
        lock (_lock)
        {
            try
            {
                if (!_nodes.ContainsKey(job.JobId))
                    _nodes[job.JobId] = new Node(ssh, order.Env.GetValueOrDefault("DSTACK_NODE_RANK", "0"), JobEntry.Command(job, order, executors));
                Converge();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StartRefusedException)
            {
                Complain(exception.Message);
                return true;
            }
            return _hasFailed || Listener() != 0 || time.GetElapsedTime(_since) > Patience;
        }
    }

    /// <summary>The same for a job that an earlier agent started.</summary>
    public void Readmit(JobSpool job)
    {
        try
        {
            if (job.IsClaimed && job.ReadOrder() is { NodeSsh: not null } order)
                Admit(job, order);
        }
        catch (JsonException)
        {
            // Its keeper says so.
        }
    }

    /// <summary>The job has ended: nobody comes to it any more.</summary>
    public void Dismiss(Guid jobId)
    {
        lock (_lock)
        {
            if (_nodes.Remove(jobId))
                Look();
        }
    }

    /// <summary>Puts right what is not as it should be: also what an earlier agent left.</summary>
    public void Look()
    {
        lock (_lock)
        {
            try
            {
                Converge();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Complain(exception.Message);
            }
        }
    }

    private string ConfigPath => Path.Combine(_directory, "config");

    private string ErrorPath => Path.Combine(_directory, "errors");

    private void Converge()
    {
        if (_nodes.Count == 0)
        {
            if (Directory.Exists(_directory))
            {
                TellToEnd(Running(), withSessions: true);
                watcher.Forget(_watch);
                _watch = -1;
                Directory.Delete(_directory, recursive: true);
            }
            return;
        }
        Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // Of two nodes of a run on one host the first is entered: they have the same address and the same key.
        var nodes = _nodes.Values.OrderBy(node => node.Rank.Length).ThenBy(node => node.Rank, StringComparer.Ordinal).ToList();
        Replace("authorized_keys", string.Concat(nodes.Select(node => $"restrict,pty,command=\"{node.Command.Replace("\"", "\\\"", StringComparison.Ordinal)}\" {node.Ssh.UserPublicKey}\n")));
        var isNew = Replace("host_key", nodes[0].Ssh.HostKey) | Replace("config", Config(nodes));
        var running = Running();
        if (running != 0 && isNew)
            TellToEnd(running, withSessions: false);
        else if (running == 0 && !Lives(_leaving) && (!_hasFailed || time.GetElapsedTime(_since) > Patience))
            Start();
        else if (Listener() != 0)
            (_hasFailed, _complaint) = (false, "");
    }

    private void Start()
    {
        var sshd = HostTools.Search("sshd") ?? throw new IOException("this host has no sshd (package openssh-server)");
        // Root's sshd keeps what it has not trusted yet in here; the package makes it only when its service starts.
        if (Libc.geteuid() == 0)
            Directory.CreateDirectory("/run/sshd");
        if (_watch < 0)
            _watch = watcher.WatchDirectory(_directory, name => Later(name is "pid" or "" ? WakeJobs : () => { }));
        File.Delete(ErrorPath);
        (_since, _leaving) = (time.GetTimestamp(), 0);
        _sshd = Spawn.InOwnSession([sshd, "-D", "-e", "-f", ConfigPath], BaseEnvironment.Block(), ErrorPath);
        watcher.WatchProcess(_sshd, () => Later(Ended));
    }

    private static void Later(Action what) => _ = Task.Run(what);

    private void Ended()
    {
        lock (_lock)
        {
            (_hasFailed, _sshd) = (_sshd != _leaving, 0);
            if (_nodes.Count > 0 && _hasFailed)
                Complain(SpoolFiles.Text(ErrorPath)?.Trim().ReplaceLineEndings("; ") ?? "");
        }
        WakeJobs();
    }

    private void WakeJobs()
    {
        List<Guid> waiting;
        lock (_lock)
            waiting = [.. _nodes.Keys];
        waiting.ForEach(Changed);
    }

    private void Complain(string why)
    {
        if (why.Length > 0 && why != _complaint)
            log.Error($"nodes of a run can not ssh to this host: {_complaint = why}");
    }

    // It writes its pid once it listens.
    private int Listener() =>
        int.TryParse(SpoolFiles.Text(Path.Combine(_directory, "pid")), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var pid) && pid != _leaving && Lives(pid) ? pid : 0;

    // Also one that does not listen yet.
    private int Running() => Listener() is not 0 and var listener ? listener : _sshd == _leaving ? 0 : _sshd;

    // The number may be another process's by now.
    private bool Lives(int pid)
    {
        try
        {
            return pid != 0 && File.ReadAllBytes($"/proc/{pid}/cmdline").AsSpan().IndexOf(Encoding.UTF8.GetBytes(ConfigPath)) >= 0 && ProcStat.Of(pid) is { HasEnded: false };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void TellToEnd(int sshd, bool withSessions)
    {
        if (sshd == 0)
            return;
        (_leaving, _since) = (sshd, time.GetTimestamp());
        // An earlier agent's: nobody else tells when it has ended.
        if (_sshd == 0)
            watcher.WatchProcess(sshd, () => Later(WakeJobs));
        var sessions = withSessions ? ProcessTable.All().Where(stat => stat.Parent == sshd).Select(stat => stat.Pid).ToList() : [];
        foreach (var pid in sessions.Append(sshd))
            _ = Libc.kill(pid, Libc.SIGTERM);
    }

    // Written aside: sshd reads it when it likes.
    private bool Replace(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        if (SpoolFiles.Text(path) == text)
            return false;
        SpoolFiles.WriteNew(path + ".new", Encoding.UTF8.GetBytes(text));
        File.Move(path + ".new", path, overwrite: true);
        return true;
    }

    private string Config(IReadOnlyList<Node> nodes) => $"""
        {string.Join('\n', nodes.Select(node => Listen(node.Ssh)).Distinct())}
        HostKey "{_directory}/host_key"
        AuthorizedKeysFile "{_directory}/authorized_keys"
        PidFile "{_directory}/pid"
        PermitRootLogin forced-commands-only
        AllowTcpForwarding no
        AllowAgentForwarding no
        MaxStartups 1000
        {SshdSettings.Common}

        """;

    private static string Listen(NodeSsh ssh) => string.Create(
        CultureInfo.InvariantCulture, $"ListenAddress {(ssh.Address.Contains(':', StringComparison.Ordinal) ? $"[{ssh.Address}]" : ssh.Address)}:{ssh.Port}");
}

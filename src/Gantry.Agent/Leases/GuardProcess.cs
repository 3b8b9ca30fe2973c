using System.Collections;
using System.Globalization;
using Gantry.Agent.Logs;
using Gantry.Agent.Native;
using Gantry.Agent.Spool;

namespace Gantry.Agent.Leases;

/// <summary>Keeps the guard: there is one as long as there are leased jobs, and it outlives the agent. See <see cref="LeaseGuard"/>.</summary>
internal sealed class GuardProcess(AgentSpool spool, SpoolWatcher watcher, AgentLog log)
{
    private readonly Lock _lock = new();
    // As it is now: once another build lies there, it would be told with a mark behind it.
    private readonly string _program = Environment.ProcessPath!;
    private int _pid;

    /// <summary>Ends the guard of an earlier agent, which may be of another build: this agent lives, and starts its own when it needs one.</summary>
    public void EndFormer()
    {
        if (Holder() is { } pid)
            _ = Libc.kill(pid, Libc.SIGKILL);
    }

    /// <summary>Starts it if it does not run.</summary>
    /// <exception cref="IOException">It could not be started.</exception>
    public void Ensure()
    {
        lock (_lock)
        {
            if (_pid == 0)
                Start();
        }
    }

    /// <summary>Ends it: there is nothing to guard.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (_pid != 0)
                _ = Libc.kill(_pid, Libc.SIGKILL);
        }
    }

    private void Start()
    {
        var path = ProgramPath;
        if (new FileInfo(path).LinkTarget != _program)
        {
            File.Delete(path);
            File.CreateSymbolicLink(path, _program);
        }
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => $"{entry.Key}={entry.Value}").ToList();
        var pid = _pid = Spawn.InOwnSession([path, "guard", "--spool", spool.Directory, "--agent", $"{Environment.ProcessId}"], environment, Path.Combine(spool.Directory, "guard.log"));
        watcher.WatchProcess(pid, () => Ended(pid));
    }

    private void Ended(int pid)
    {
        lock (_lock)
        {
            if (_pid == pid)
                _pid = 0;
        }
        log.Info($"the guard of leases (pid {pid}) ended");
    }

    // A name of its own: whoever kills all agents of a host by their name does not take the fence down with them.
    private string ProgramPath => Path.Combine(spool.Directory, "gantry-guard");

    // Held, it has the pid of a guard that lives; or still that of one before, whose number may be anybody's now.
    private int? Holder()
    {
        var fd = Libc.open(spool.GuardLockPath, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (fd < 0)
            return null;
        var isFree = Libc.flock(fd, Libc.LOCK_EX | Libc.LOCK_NB) == 0;
        _ = Libc.close(fd);
        return !isFree && int.TryParse(SpoolFiles.Text(spool.GuardPidPath), NumberStyles.None | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var pid)
            && SpoolFiles.Text($"/proc/{pid}/cmdline")?.StartsWith(ProgramPath + "\0", StringComparison.Ordinal) == true ? pid : null;
    }
}

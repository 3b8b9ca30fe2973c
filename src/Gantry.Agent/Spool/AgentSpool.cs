using System.Text.Json;
using Gantry.Agent.Native;

namespace Gantry.Agent.Spool;

/// <summary>The agent's directory: its lock, its identity and a directory per job.</summary>
internal sealed class AgentSpool : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly int _lock;

    private AgentSpool(string directory, int lockFd)
    {
        Directory = directory;
        _lock = lockFd;
        Identity = ReadOrMakeIdentity(Path.Combine(directory, "agent.json"));
    }

    /// <summary>Absolute path.</summary>
    public string Directory { get; }

    /// <summary>Who this agent is.</summary>
    public AgentIdentity Identity { get; }

    /// <summary>Directory of all jobs.</summary>
    public string JobsDirectory => Path.Combine(Directory, "jobs");

    /// <summary>Directory of the leases that are held, a file a server.</summary>
    public string LeasesDirectory => Path.Combine(Directory, "leases");

    /// <summary>Locked by the guard of leases for its life.</summary>
    public string GuardLockPath => Path.Combine(Directory, "guard.lock");

    /// <summary>The pid of the guard that holds the lock. Not in that file: to read it with .NET would take the lock.</summary>
    public string GuardPidPath => Path.Combine(Directory, "guard.pid");

    /// <summary>The lease of a server.</summary>
    public string LeasePath(Guid server) => Path.Combine(LeasesDirectory, server.ToString());

    /// <summary>
    /// Opens the spool, for this process alone as long as it lives. Null when another agent holds it. The lock is flock(2) on <c>agent.lock</c>, which holds pid and build.
    /// </summary>
    /// <exception cref="IOException">It cannot be made or written.</exception>
    public static AgentSpool? TryOpen(string directory)
    {
        System.IO.Directory.CreateDirectory(directory, OwnerOnly);
        System.IO.Directory.CreateDirectory(Path.Combine(directory, "jobs"), OwnerOnly);
        System.IO.Directory.CreateDirectory(Path.Combine(directory, "leases"), OwnerOnly);
        var fd = Libc.open(Path.Combine(directory, "agent.lock"), Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC, 0b110_000_000);
        if (fd < 0)
            throw Libc.Error("Cannot open agent.lock");
        if (Libc.flock(fd, Libc.LOCK_EX | Libc.LOCK_NB) != 0)
        {
            _ = Libc.close(fd);
            return null;
        }
        WriteHolder(fd);
        // Others may read what a spool holds only through the agent.
        File.SetUnixFileMode(directory, OwnerOnly);
        return new AgentSpool(directory, fd);
    }

    /// <summary>A job's directory, whether there or not.</summary>
    public JobSpool Job(Guid jobId) => new(jobId, Path.Combine(JobsDirectory, jobId.ToString()));

    /// <summary>All jobs that have a directory.</summary>
    public IEnumerable<JobSpool> Jobs()
    {
        foreach (var path in System.IO.Directory.GetDirectories(JobsDirectory))
        {
            if (Guid.TryParseExact(Path.GetFileName(path), "D", out var id))
                yield return Job(id);
        }
    }

    /// <summary>Whether it was taken away under the agent.</summary>
    public bool HasVanished => !System.IO.Directory.Exists(JobsDirectory) || !File.Exists(Path.Combine(Directory, "agent.lock"));

    /// <summary>Bytes that can still be written to its disk; <see cref="long.MaxValue"/> when that cannot be told.</summary>
    public long FreeBytes
    {
        get
        {
            try
            {
                return new DriveInfo(Directory).AvailableFreeSpace;
            }
            catch (IOException)
            {
                return long.MaxValue;
            }
        }
    }

    /// <summary>A spool that an agent has made, for the guard of its leases, which may be there beside the agent.</summary>
    public static AgentSpool Look(string directory) => new(directory, -1);

    /// <summary>Waits until no other process guards this spool.</summary>
    /// <exception cref="IOException">The lock cannot be opened.</exception>
    public void LockGuard()
    {
        // Closed by the process's end alone.
        var fd = Libc.open(GuardLockPath, Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC, 0b110_000_000);
        if (fd < 0)
            throw Libc.Error("Cannot open guard.lock");
        _ = Libc.flock(fd, Libc.LOCK_EX);
        SpoolFiles.WriteNew(GuardPidPath, System.Text.Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"));
    }

    private static unsafe void WriteHolder(int fd)
    {
        var text = System.Text.Encoding.UTF8.GetBytes($"{Environment.ProcessId} {Build.Id}\n");
        _ = Libc.ftruncate(fd, 0);
        fixed (byte* first = text)
            _ = Libc.write(fd, first, text.Length);
    }

    private static AgentIdentity ReadOrMakeIdentity(string path)
    {
        try
        {
            if (SpoolFiles.Read(path, SpoolJson.Default.AgentIdentity) is { } known)
                return known;
        }
        catch (JsonException)
        {
            // Damaged: the jobs are found by their own files, and to a server this is a new agent with old jobs.
        }
        var made = new AgentIdentity { AgentId = Guid.NewGuid() };
        SpoolFiles.WriteWhole(path, made, SpoolJson.Default.AgentIdentity, flush: true);
        return made;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_lock >= 0)
            _ = Libc.close(_lock);
    }
}

using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using Gantry.Agent.Native;

namespace Gantry.Agent.Logs;

/// <summary>
/// Tells at once when a file in a watched directory changes and when a watched process ends: one inotify instance and one
/// thread in poll(2) for all jobs. Callbacks run on that thread and must only hand on. Where the kernel has no pidfd (before 5.3), or
/// the limits of inotify are used up, nothing is told here and the agent's slow sweep finds out instead.
/// </summary>
internal sealed unsafe class SpoolWatcher : IDisposable
{
    private const int EventHeader = 16;
    private readonly int _inotify = Libc.inotify_init1(Libc.IN_CLOEXEC);
    private readonly int _wake = Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
    private readonly ConcurrentDictionary<int, Action<string>> _directories = new();
    private readonly ConcurrentDictionary<int, Action> _processes = new();
    private readonly Lock _adding = new();
    private volatile bool _ended;

    /// <summary>Starts the thread.</summary>
    public void Start() => new Thread(Pump, 256 << 10) { IsBackground = true, Name = "spool watcher" }.Start();

    /// <summary>Calls <paramref name="changed"/> with a file's name when one in the directory is written or renamed into place, and with "" when anything may have changed.</summary>
    /// <returns>What <see cref="Forget"/> takes; negative when it cannot be watched.</returns>
    public int WatchDirectory(string path, Action<string> changed, uint alsoWatch = 0)
    {
        // Under the lock, so that the pump cannot look an event up before its callback is known.
        lock (_adding)
        {
            var watch = Libc.inotify_add_watch(_inotify, path, Libc.IN_MODIFY | Libc.IN_MOVED_TO | alsoWatch);
            if (watch >= 0)
                _directories[watch] = changed;
            return watch;
        }
    }

    /// <summary>Ends a directory's watch.</summary>
    public void Forget(int watch)
    {
        if (watch >= 0 && _directories.TryRemove(watch, out _))
            _ = Libc.inotify_rm_watch(_inotify, watch);
    }

    /// <summary>Calls <paramref name="gone"/> once when the process ends (a zombie has ended), at once when it already did.</summary>
    public void WatchProcess(int pid, Action gone)
    {
        var fd = Libc.pidfd_open(pid);
        if (fd < 0)
        {
            if (Marshal.GetLastPInvokeError() != Libc.ENOSYS)
                gone();
            return;
        }
        _processes[fd] = () =>
        {
            // Ours: take its status, so that no zombie stays. Another's (after a restart of the agent): fails, and init does it.
            _ = Libc.waitpid(pid, null, Libc.WNOHANG);
            gone();
        };
        Wake();
    }

    private void Wake()
    {
        ulong one = 1;
        _ = Libc.write(_wake, (byte*)&one, sizeof(ulong));
    }

    private void Pump()
    {
        var buffer = new byte[64 << 10];
        while (!_ended)
        {
            var processes = _processes.Keys.ToArray();
            var fds = new Libc.PollFd[processes.Length + 2];
            fds[0] = new() { Fd = _inotify, Events = Libc.POLLIN };
            fds[1] = new() { Fd = _wake, Events = Libc.POLLIN };
            for (var i = 0; i < processes.Length; i++)
                fds[i + 2] = new() { Fd = processes[i], Events = Libc.POLLIN };
            WaitAndTell(fds, buffer);
        }
    }

    // Inner loop without allocation: entered again only when the set of processes changed.
    private void WaitAndTell(Libc.PollFd[] fds, byte[] buffer)
    {
        while (!_ended)
        {
            fixed (Libc.PollFd* first = fds)
                _ = Libc.poll(first, (nuint)fds.Length, -1);
            if (fds[0].Returned != 0)
                ReadDirectoryEvents(buffer);
            var changed = fds[1].Returned != 0;
            if (changed)
            {
                ulong count;
                _ = Libc.read(_wake, (byte*)&count, sizeof(ulong));
            }
            for (var i = 2; i < fds.Length; i++)
            {
                if (fds[i].Returned != 0 && _processes.TryRemove(fds[i].Fd, out var gone))
                {
                    _ = Libc.close(fds[i].Fd);
                    gone();
                    changed = true;
                }
            }
            if (changed)
                return;
        }
    }

    private void ReadDirectoryEvents(byte[] buffer)
    {
        nint length;
        fixed (byte* first = buffer)
            length = Libc.read(_inotify, first, buffer.Length);
        for (var at = 0; at + EventHeader <= length;)
        {
            var watch = MemoryMarshal.Read<int>(buffer.AsSpan(at));
            var mask = MemoryMarshal.Read<uint>(buffer.AsSpan(at + 4));
            var nameLength = MemoryMarshal.Read<int>(buffer.AsSpan(at + 12));
            var name = buffer.AsSpan(at + EventHeader, nameLength);
            at += EventHeader + nameLength;
            if ((mask & Libc.IN_Q_OVERFLOW) != 0)
                TellEverybody();
            else if ((mask & Libc.IN_IGNORED) == 0)
                Tell(watch, name);
        }
    }

    private void Tell(int watch, ReadOnlySpan<byte> name)
    {
        Action<string>? changed;
        lock (_adding)
            _directories.TryGetValue(watch, out changed);
        if (changed is null)
            return;
        var end = name.IndexOf((byte)0);
        var text = end < 0 ? name : name[..end];
        // The name of nearly every event: not made anew each time.
        changed(text.SequenceEqual("output.log"u8) ? "output.log" : Encoding.UTF8.GetString(text));
    }

    private void TellEverybody()
    {
        foreach (var changed in _directories.Values)
            changed("");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ended = true;
        Wake();
    }
}

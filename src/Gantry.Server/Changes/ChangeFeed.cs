using System.Collections.Concurrent;

namespace Gantry.Server.Changes;

/// <summary>
/// Who waits for what, in this process. A subscription holds no data: it wakes its holder, who reads the present state.
/// So a slow follower costs one flag, and nobody can miss the last change.
/// </summary>
internal sealed class ChangeFeed
{
    private readonly Topic<Guid> runs = new();
    private readonly Topic<Guid> logs = new();
    private readonly Topic<Guid> projects = new();
    private readonly Topic<Guid> volumes = new();
    private readonly ConcurrentDictionary<Guid, WantedChanges> wanted = new();
    private readonly Topic<bool> events = new();

    /// <summary>Wakes the scheduler.</summary>
    public Signal Queue { get; } = new();

    /// <summary>Wakes the clock of deadlines.</summary>
    public Signal Deadlines { get; } = new();

    /// <summary>Wakes who keeps the hosts of fleets.</summary>
    public Signal Hosts { get; } = new();

    /// <summary>Wakes who keeps volumes.</summary>
    public Signal Volumes { get; } = new();

    public void Publish(ChangeSet changes)
    {
        foreach (var (runId, (projectId, _)) in changes.Runs)
        {
            runs.Wake(runId);
            projects.Wake(projectId);
        }
        foreach (var (instance, runIds) in changes.Wanted)
        {
            if (wanted.TryGetValue(instance, out var mailbox))
                mailbox.Add(runIds);
        }
        foreach (var host in changes.VolumeHosts)
            volumes.Wake(host);
        if (changes.Volumes)
            Volumes.Set();
        if (changes.Events > 0)
            events.Wake(true);
        if (changes.Deadline)
            Deadlines.Set();
        if (changes.Hosts)
            Hosts.Set();
        if (changes.Queue)
            Queue.Set();
    }

    public void LogGrew(Guid jobId) => logs.Wake(jobId);

    public IDisposable OnRun(Guid runId, Signal signal) => runs.Add(runId, signal);

    public IDisposable OnLog(Guid jobId, Signal signal) => logs.Add(jobId, signal);

    public IDisposable OnProject(Guid projectId, Signal signal) => projects.Add(projectId, signal);

    public IDisposable OnVolumes(Guid instanceId, Signal signal) => volumes.Add(instanceId, signal);

    /// <summary>From now on collects the runs of which something else is wanted of this host. One session a host: a new one takes over.</summary>
    public WantedChanges OnInstance(Guid instanceId) => wanted[instanceId] = new WantedChanges();

    public IDisposable OnEvents(Signal signal) => events.Add(true, signal);

    private sealed class Topic<TKey> where TKey : notnull
    {
        private readonly ConcurrentDictionary<TKey, HashSet<Signal>> waiting = new();

        public void Wake(TKey key)
        {
            if (!waiting.TryGetValue(key, out var signals))
                return;
            lock (signals)
            {
                foreach (var signal in signals)
                    signal.Set();
            }
        }

        public Subscription Add(TKey key, Signal signal)
        {
            while (true)
            {
                var signals = waiting.GetOrAdd(key, _ => []);
                lock (signals)
                {
                    // A set that was emptied is gone from the table: take the new one.
                    if (!waiting.TryGetValue(key, out var current) || current != signals)
                        continue;
                    signals.Add(signal);
                }
                return new Subscription(() => Remove(key, signals, signal));
            }
        }

        private void Remove(TKey key, HashSet<Signal> signals, Signal signal)
        {
            lock (signals)
            {
                signals.Remove(signal);
                if (signals.Count == 0)
                    waiting.TryRemove(new KeyValuePair<TKey, HashSet<Signal>>(key, signals));
            }
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        private Action? end = end;

        public void Dispose() => Interlocked.Exchange(ref end, null)?.Invoke();
    }
}

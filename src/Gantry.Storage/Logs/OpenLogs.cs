namespace Gantry.Storage.Logs;

/// <summary>
/// The logs that are open. Each log is open at most once, so that all who use it agree on its length; one that nobody uses
/// stays open for a while, the least recently used go first.
/// </summary>
internal sealed class OpenLogs(int kept, Func<Guid, JobLog> open) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Entry> _entries = [];
    private readonly LinkedList<Entry> _idle = [];
    private bool _disposed;

    internal sealed class Entry(Guid jobId, Lazy<JobLog> log)
    {
        public Guid JobId { get; } = jobId;
        /// <summary>Opened by its first user, outside the lock of all.</summary>
        public Lazy<JobLog> Log { get; } = log;
        public int Users { get; set; }
        public bool Removed { get; set; }
        public bool UsedSinceLastRound { get; set; }
        public LinkedListNode<Entry>? Idle { get; set; }
    }

    /// <summary>A log in use: it is not closed before this is disposed.</summary>
    internal readonly struct Usage(OpenLogs owner, Entry entry, JobLog log) : IDisposable
    {
        public JobLog Log => log;

        public void Dispose() => owner.Release(entry);
    }

    public Usage Use(Guid jobId)
    {
        Entry? entry;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(SegmentLogStore));
            if (!_entries.TryGetValue(jobId, out entry))
                _entries[jobId] = entry = new Entry(jobId, new Lazy<JobLog>(() => open(jobId)));
            Hold(entry);
        }

        try
        {
            return new Usage(this, entry, entry.Log.Value);
        }
        catch
        {
            // It could not be opened. The next one who asks tries again.
            lock (_lock)
                Forget(entry);
            Release(entry);
            throw;
        }
    }

    /// <summary>Takes a log out; its files are deleted here, and closed when its last user is done with them.</summary>
    public void Remove(Guid jobId, Action deleteFiles)
    {
        lock (_lock)
        {
            // Under the lock of all: nobody may open the log anew while its files go.
            if (_entries.TryGetValue(jobId, out var entry))
            {
                Forget(entry);
                if (entry.Users == 0)
                    Close(entry);
            }

            deleteFiles();
        }
    }

    /// <summary>Flushes what was appended, and closes what was not used since the last round.</summary>
    public void FlushAndCloseIdle()
    {
        List<Entry> all;
        lock (_lock)
        {
            if (_disposed)
                return;
            all = [.. _entries.Values];
            all.ForEach(entry => Hold(entry, used: false));
        }

        foreach (var entry in all)
        {
            try
            {
                if (entry.Log.IsValueCreated)
                    entry.Log.Value.FlushAppended();
            }
            catch (IOException)
            {
                // It stays dirty: the next round, or whoever needs the certainty, tries again and hears of it.
            }

            Release(entry);
        }

        lock (_lock)
        {
            foreach (var entry in _idle.ToList())
            {
                if (!entry.UsedSinceLastRound)
                    Evict(entry);
                entry.UsedSinceLastRound = false;
            }
        }
    }

    public void Dispose()
    {
        FlushAndCloseIdle();
        lock (_lock)
        {
            _disposed = true;
            foreach (var entry in _idle.ToList())
                Evict(entry);
        }
    }

    private void Hold(Entry entry, bool used = true)
    {
        entry.Users++;
        entry.UsedSinceLastRound |= used;
        if (entry.Idle is not { } node)
            return;
        _idle.Remove(node);
        entry.Idle = null;
    }

    private void Release(Entry entry)
    {
        lock (_lock)
        {
            if (--entry.Users > 0)
                return;
            if (entry.Removed || _disposed)
            {
                Close(entry);
                return;
            }

            entry.Idle = _idle.AddLast(entry);
            if (_idle.Count > kept)
                Evict(_idle.First!.Value);
        }
    }

    private void Evict(Entry entry)
    {
        Forget(entry);
        Close(entry);
    }

    private void Forget(Entry entry)
    {
        entry.Removed = true;
        if (_entries.TryGetValue(entry.JobId, out var present) && present == entry)
            _entries.Remove(entry.JobId);
        if (entry.Idle is { } node)
            _idle.Remove(node);
        entry.Idle = null;
    }

    private static void Close(Entry entry)
    {
        if (entry.Log.IsValueCreated)
            entry.Log.Value.Close();
    }
}

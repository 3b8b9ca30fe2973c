using Gantry.Agent.Jobs;

namespace Gantry.Agent.Link;

/// <summary>The logs that have something to send on one connection, each in turn, so that a loud job does not keep a quiet one waiting.</summary>
internal sealed class LogRing : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, LogCursor> _cursors = [];
    private readonly Queue<LogCursor> _ready = new();

    /// <summary>Begins to send a job's log; a log that is being sent already goes on as it is.</summary>
    public void Add(JobKeeper job, long offset)
    {
        lock (_lock)
        {
            if (!_cursors.TryGetValue(job.JobId, out var cursor))
                _cursors[job.JobId] = cursor = new LogCursor(job, Math.Max(0, offset));
            MakeReady(cursor);
        }
    }

    /// <summary>Whether a job's log is being sent.</summary>
    public bool Contains(Guid jobId)
    {
        lock (_lock)
            return _cursors.ContainsKey(jobId);
    }

    /// <summary>Says that there may be more of a log; false when it is not being sent.</summary>
    public bool Grew(Guid jobId)
    {
        lock (_lock)
        {
            if (!_cursors.TryGetValue(jobId, out var cursor))
                return false;
            MakeReady(cursor);
            return true;
        }
    }

    /// <summary>The next log in turn; null when none has more to send. Without credit only one that needs none.</summary>
    public LogCursor? TryTake(bool hasCredit)
    {
        lock (_lock)
        {
            for (var left = _ready.Count; left > 0; left--)
            {
                var cursor = _ready.Dequeue();
                if (hasCredit || cursor.IsComplete)
                {
                    cursor.IsQueued = false;
                    return cursor;
                }
                _ready.Enqueue(cursor);
            }
            return null;
        }
    }

    /// <summary>Queues a log behind the others for its next piece.</summary>
    public void Requeue(LogCursor cursor)
    {
        lock (_lock)
            MakeReady(cursor);
    }

    /// <summary>All of a log was sent.</summary>
    public void Remove(LogCursor cursor)
    {
        lock (_lock)
            _cursors.Remove(cursor.Job.JobId);
        cursor.Dispose();
    }

    private void MakeReady(LogCursor cursor)
    {
        if (cursor.IsQueued)
            return;
        cursor.IsQueued = true;
        _ready.Enqueue(cursor);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var cursor in _cursors.Values)
                cursor.Dispose();
            _cursors.Clear();
            _ready.Clear();
        }
    }
}

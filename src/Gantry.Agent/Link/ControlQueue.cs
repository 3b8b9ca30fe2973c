using Gantry.Model.Link;

namespace Gantry.Agent.Link;

/// <summary>
/// Control messages on their way to the server. Bounded by the number of jobs: of a job only the present state is sent, however often
/// it changed; of samples only the latest.
/// </summary>
/// <param name="observe">The present state of a job as this connection may tell it; null to tell nothing.</param>
internal sealed class ControlQueue(Func<Guid, ObservedJob?> observe)
{
    private readonly Lock _lock = new();
    private readonly Queue<LinkMessage> _messages = new();
    private readonly List<Guid> _changed = [];
    private readonly HashSet<Guid> _isChanged = [];
    private JobSamples? _samples;

    /// <summary>Adds a message.</summary>
    public void Add(LinkMessage message)
    {
        lock (_lock)
            _messages.Enqueue(message);
    }

    /// <summary>Adds a job whose state is to be sent.</summary>
    public void AddChanged(Guid jobId)
    {
        lock (_lock)
        {
            if (_isChanged.Add(jobId))
                _changed.Add(jobId);
        }
    }

    /// <summary>Adds samples, in place of those that were not sent yet.</summary>
    public void Add(JobSamples samples)
    {
        lock (_lock)
            _samples = samples;
    }

    /// <summary>The next message; null when there is none.</summary>
    public LinkMessage? TryTake()
    {
        Guid[] changed;
        lock (_lock)
        {
            if (_messages.TryDequeue(out var message))
                return message;
            changed = [.. _changed];
            _changed.Clear();
            _isChanged.Clear();
            if (changed.Length == 0)
                return TakeSamples();
        }
        var jobs = changed.Select(observe).OfType<ObservedJob>().ToArray();
        return jobs.Length > 0 ? new ObservedJobs { Jobs = jobs } : TryTake();
    }

    private JobSamples? TakeSamples()
    {
        var samples = _samples;
        _samples = null;
        return samples;
    }
}

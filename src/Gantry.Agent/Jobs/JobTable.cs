using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gantry.Agent.Executors;
using Gantry.Agent.Executors.Process;
using Gantry.Agent.Leases;
using Gantry.Agent.Logs;
using Gantry.Agent.Spool;
using Gantry.Model.Link;

namespace Gantry.Agent.Jobs;

/// <summary>Hears what happens to jobs; called from any thread, and must only hand on.</summary>
internal interface IJobListener
{
    /// <summary>A job's state changed.</summary>
    void JobChanged(JobKeeper job);

    /// <summary>A job's log is longer.</summary>
    void LogGrew(JobKeeper job);
}

/// <summary>All jobs of the spool, of whatever server.</summary>
internal sealed class JobTable
{
    private readonly ConcurrentDictionary<Guid, JobKeeper> _jobs = new();
    private readonly AgentSpool _spool;
    private readonly JobSurroundings _around;
    private ImmutableArray<IJobListener> _listeners = [];

    public JobTable(AgentSpool spool, ExecutorSet executors, LeaseBook leases, SpoolWatcher watcher, TimeProvider time, AgentLog log)
    {
        _spool = spool;
        _around = new JobSurroundings
        {
            Spool = spool,
            Executors = executors,
            Leases = leases,
            Watcher = watcher,
            Time = time,
            Log = log,
            Changed = job => Tell(l => l.JobChanged(job)),
            LogGrew = TellLogGrew,
            Forgotten = job => _jobs.TryRemove(job.JobId, out _),
        };
        executors.Docker.Changed = id => Find(id)?.Look();
        executors.Contents.Changed = id => Find(id)?.Look();
    }

    /// <summary>All jobs.</summary>
    public IEnumerable<JobKeeper> All => _jobs.Values;

    /// <summary>A job; null when the spool has none of this id.</summary>
    public JobKeeper? Find(Guid jobId) => _jobs.GetValueOrDefault(jobId);

    /// <summary>Whether any job has not ended.</summary>
    public bool HasLive => _jobs.Values.Any(j => !j.HasEnded);

    /// <summary>Finds the jobs that earlier agents left.</summary>
    public void Load()
    {
        foreach (var job in _spool.Jobs())
        {
            // An agent died while it took the job in: it was not taken in.
            if (!File.Exists(job.OrderPath) && !job.IsClaimed)
            {
                job.TryDelete();
                continue;
            }
            var keeper = new JobKeeper(job, _around);
            _jobs[job.JobId] = keeper;
            keeper.Open();
        }
        ProcessExecutor.KillStrays(_jobs.Values.Where(j => j.HasEnded).Select(j => j.JobId).ToHashSet());
        _around.Log.Info($"{_jobs.Count} jobs in the spool");
    }

    /// <summary>A server wants a job to run: takes it in if it is new, starts it if it never was. Null when it is unknown and the server sent no order.</summary>
    public JobKeeper? Want(WantedJob wanted, Guid serverId)
    {
        var job = Find(wanted.JobId);
        if (job is null && wanted.Order is { } order && order.JobId == wanted.JobId && order.ServerId == serverId)
        {
            var taken = new JobKeeper(_spool.Job(wanted.JobId), _around);
            job = _jobs.GetOrAdd(wanted.JobId, taken);
            if (job == taken)
                taken.Accept(order);
        }
        if (wanted.Order?.Container?.RegistryAuth is { } credentials)
            _around.Executors.Docker.Know(wanted.JobId, credentials);
        job?.Want();
        return job;
    }

    /// <summary>Looks at every job that lives: the safety net under the events.</summary>
    public void Sweep()
    {
        foreach (var job in _jobs.Values)
        {
            if (job.HasEnded)
                continue;
            job.Look();
            TellLogGrew(job);
        }
    }

    /// <summary>Adds a listener.</summary>
    public void Add(IJobListener listener) => ImmutableInterlocked.Update(ref _listeners, l => l.Add(listener));

    /// <summary>Removes one.</summary>
    public void Remove(IJobListener listener) => ImmutableInterlocked.Update(ref _listeners, l => l.Remove(listener));

    private void Tell(Action<IJobListener> what)
    {
        foreach (var listener in _listeners)
            what(listener);
    }

    // Without a closure: the hottest call of all.
    private void TellLogGrew(JobKeeper job)
    {
        foreach (var listener in _listeners)
            listener.LogGrew(job);
    }
}

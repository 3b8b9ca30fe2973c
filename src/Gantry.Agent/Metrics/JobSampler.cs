using Gantry.Agent.Executors.Process;
using Gantry.Agent.Jobs;
using Gantry.Model.Link;

namespace Gantry.Agent.Metrics;

/// <summary>Measures what jobs use: CPU time and resident memory of all of their processes.</summary>
internal sealed class JobSampler(TimeProvider time)
{
    private const long MicrosPerTick = 1_000_000 / ProcStat.TicksPerSecond;

    private Dictionary<Guid, long> _cpu = [];

    /// <summary>A sample of each running job; null when none runs.</summary>
    public JobSamples? Sample(IEnumerable<JobKeeper> jobs)
    {
        var sessions = new Dictionary<int, Guid>();
        foreach (var job in jobs)
        {
            if (!job.HasEnded && job.Observed is { State: ObservedState.Running, Pid: { } pid })
                sessions[pid] = job.JobId;
        }
        if (sessions.Count == 0)
        {
            _cpu.Clear();
            return null;
        }
        var used = Measure(sessions);
        // A child that nobody waited for takes its time with it: what a job used never becomes less.
        _cpu = used.ToDictionary(u => u.Key, u => Math.Max(u.Value.Cpu, _cpu.GetValueOrDefault(u.Key)));
        return new JobSamples
        {
            At = time.GetUtcNow(),
            Samples = [.. used.Select(u => new JobSample(u.Key, _cpu[u.Key] * MicrosPerTick, u.Value.Pages * Environment.SystemPageSize))],
        };
    }

    private static Dictionary<Guid, (long Cpu, long Pages)> Measure(Dictionary<int, Guid> sessions)
    {
        var used = sessions.Values.ToDictionary(id => id, _ => (Cpu: 0L, Pages: 0L));
        var snapshot = ProcessSnapshot.Take();
        foreach (var stat in snapshot.Living)
        {
            var job = sessions.TryGetValue(stat.Session, out var bySession) ? bySession : snapshot.MarkOf(stat);
            if (job is not { } id || !used.TryGetValue(id, out var sum))
                continue;
            used[id] = (sum.Cpu + stat.CpuTicks, sum.Pages + stat.ResidentPages);
        }
        return used;
    }
}

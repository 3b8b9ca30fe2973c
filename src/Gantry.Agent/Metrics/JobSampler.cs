using Gantry.Agent.Executors.Process;
using Gantry.Agent.Jobs;
using Gantry.Model.Link;

namespace Gantry.Agent.Metrics;

/// <summary>Measures what jobs use: CPU time and resident memory of all of their processes.</summary>
internal sealed class JobSampler(TimeProvider time)
{
    private const long MicrosPerTick = 1_000_000 / ProcStat.TicksPerSecond;

    // Which process belongs to which marked job: an environment is read once, not every few seconds.
    private Dictionary<(int Pid, ulong Start), Guid?> _marks = [];
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
            _marks.Clear();
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

    private Dictionary<Guid, (long Cpu, long Pages)> Measure(Dictionary<int, Guid> sessions)
    {
        var used = sessions.Values.ToDictionary(id => id, _ => (Cpu: 0L, Pages: 0L));
        var marks = new Dictionary<(int, ulong), Guid?>();
        foreach (var stat in ProcessTable.All())
        {
            if (!sessions.TryGetValue(stat.Session, out var job))
            {
                // Kernel threads have no session.
                if (stat.Session == 0)
                    continue;
                var key = (stat.Pid, stat.StartTicks);
                var mark = marks[key] = _marks.TryGetValue(key, out var known) ? known : ProcessTable.MarkedJob(stat.Pid);
                if (mark is not { } marked || !used.ContainsKey(marked))
                    continue;
                job = marked;
            }
            var sum = used[job];
            used[job] = (sum.Cpu + stat.CpuTicks, sum.Pages + stat.ResidentPages);
        }
        _marks = marks;
        return used;
    }
}

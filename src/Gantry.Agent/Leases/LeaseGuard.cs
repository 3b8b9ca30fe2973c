using System.Text.Json;
using Gantry.Agent.Native;
using Gantry.Agent.Spool;

namespace Gantry.Agent.Leases;

/// <summary>
/// The second process that sees to leases, started by the agent and outliving it: kills every leased job whose time is over, by what the spool and the
/// kernel say. It keeps nothing and decides nothing else, so it can be killed and started at any moment. It ends with the spool, or when the agent that
/// started it is gone and no leased job is left.
/// </summary>
internal sealed class LeaseGuard(AgentSpool spool, AgentLog log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);

    // An order never changes. Null for a job without a lease.
    private readonly Dictionary<Guid, Guid?> _servers = [];

    /// <summary>Runs it; returns when it is not needed any more.</summary>
    /// <param name="directory">The spool.</param>
    /// <param name="agent">Pid of the agent that started it, which may be gone already.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Its log.</param>
    public static async Task RunAsync(string directory, int agent, TimeProvider time, AgentLog log)
    {
        // Opened without its lock, which is the agent's.
        using var spool = AgentSpool.Look(directory);
        if (spool.HasVanished)
            return;
        spool.LockGuard();
        KeepFromOutOfMemory();
        var guard = new LeaseGuard(spool, log);
        while (!spool.HasVanished)
        {
            var next = guard.Look(BootClock.Now, out var isNeeded);
            if (!isNeeded && Libc.getppid() != agent)
                return;
            var left = next - BootClock.Now;
            await Task.Delay(left < ShortestPause ? ShortestPause : left < Pause ? left.Value : Pause, time);
        }
    }

    // When the next job is to be killed.
    private TimeSpan? Look(TimeSpan now, out bool isNeeded)
    {
        TimeSpan? next = null;
        isNeeded = false;
        foreach (var job in spool.Jobs())
        {
            if (ServerOf(job) is not { } server || !job.IsClaimed || job.IsRecorded)
                continue;
            isNeeded = true;
            var lease = LeaseRecord.Read(spool.LeasePath(server));
            var over = job.ReadLeaseOver();
            if (LeaseRecord.Judge(lease, over, now) == LeaseVerdict.Kill && IsSure(server, job))
            {
                // Written before the kill, so that whoever finds the exit record knows why.
                if (over is null)
                    job.MarkLeaseOver(now);
                if (JobReaper.Kill(job))
                    log.Info($"job {job.JobId} killed: its lease is over");
            }
            else if ((over ?? lease?.KillAt) is { } due && (next is null || due < next))
            {
                next = due;
            }
        }
        return next;
    }

    // A lease that is being renewed just now may be read halfway: what says that it is over is looked at twice.
    private bool IsSure(Guid server, JobSpool job) =>
        LeaseRecord.Judge(LeaseRecord.Read(spool.LeasePath(server)), job.ReadLeaseOver(), BootClock.Now) == LeaseVerdict.Kill;

    private Guid? ServerOf(JobSpool job)
    {
        if (_servers.TryGetValue(job.JobId, out var known))
            return known;
        try
        {
            // Just being taken in: it will be there next time.
            if (job.ReadOrder() is not { } order)
                return null;
            return _servers[job.JobId] = order.Leased ? order.ServerId : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // The kernel must not choose the one who guards.
    private static void KeepFromOutOfMemory()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "-1000");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Only root may.
        }
    }
}

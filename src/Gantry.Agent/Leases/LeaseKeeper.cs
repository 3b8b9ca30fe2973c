using Gantry.Agent.Jobs;
using Gantry.Agent.Native;
using Gantry.Model.Link;

namespace Gantry.Agent.Leases;

/// <summary>
/// Ends the jobs whose server's lease runs out: SIGTERM first, SIGKILL at its end. The reasoning is at the head of <see cref="LeaseTerms"/>. What is done is
/// decided from the leases and marks in the spool, as the guard does: either may die.
/// </summary>
internal sealed class LeaseKeeper(JobTable jobs, LeaseBook leases, GuardProcess guard, TimeProvider time, AgentLog log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private const int GuardIdleRounds = 60;
    private readonly Lock _looking = new();

    /// <summary>What an asking for a lease says, made now: time until it is sent or answered only makes the lease end earlier.</summary>
    public static long Asking => (long)BootClock.Now.TotalMilliseconds;

    /// <summary>Until the agent ends.</summary>
    public async Task RunAsync(CancellationToken ended)
    {
        var idle = 0;
        while (true)
        {
            _ = TryLook(out var next);
            idle = next is null ? idle + 1 : 0;
            if (idle == GuardIdleRounds)
                guard.End();
            var left = next - BootClock.Now;
            await Task.Delay(left < ShortestPause ? ShortestPause : left < Pause ? left.Value : Pause, time, ended);
        }
    }

    /// <summary>Takes a server's answer, after the jobs whose lease was over by then were told so: for them it comes too late. Null for one that is none.</summary>
    public LeaseTerms? Take(Guid server, GrantLease grant)
    {
        if (!(grant.Seconds >= LeaseTerms.Shortest.TotalSeconds && grant.Seconds <= LeaseTerms.Longest.TotalSeconds))
            return null;
        var terms = new LeaseTerms(TimeSpan.FromSeconds(grant.Seconds));
        lock (_looking)
        {
            try
            {
                // A server can only repeat what it was told; whatever it says, nothing counts from later than now.
                if (TryLook(out _))
                    leases.Take(server, TimeSpan.FromMilliseconds(Math.Clamp(grant.Asked, 0, Asking)), terms);
            }
            catch (IOException exception)
            {
                log.Error($"a lease of server {server} is not taken: {exception.Message}");
            }
        }
        return terms;
    }

    /// <summary>Does what is due; false when something of it could not be done.</summary>
    /// <param name="next">When to look again; null when no job has a lease.</param>
    public bool TryLook(out TimeSpan? next)
    {
        next = null;
        var isDone = true;
        lock (_looking)
        {
            foreach (var job in jobs.All)
            {
                if (!job.IsLeased || job.HasEnded)
                    continue;
                TimeSpan? due = null;
                try
                {
                    guard.Ensure();
                    var lease = leases.Of(job.ServerId);
                    due = Look(job, lease) ?? lease?.StopAt;
                }
                catch (IOException exception)
                {
                    log.Error($"job {job.JobId}: its lease can not be seen to: {exception.Message}");
                    isDone = false;
                }
                next = next is null || due < next ? due ?? BootClock.Now + Pause : next;
            }
        }
        return isDone;
    }

    // When it is to be killed, once its lease is over.
    private TimeSpan? Look(JobKeeper job, LeaseRecord? lease)
    {
        var over = job.Spool.ReadLeaseOver();
        var verdict = LeaseRecord.Judge(lease, over, BootClock.Now);
        if (verdict == LeaseVerdict.GoOn)
            return null;
        if (over is null)
        {
            // Written first: from here on no new lease helps it, whoever dies.
            over = lease?.KillAt ?? TimeSpan.Zero;
            job.Spool.MarkLeaseOver(over.Value);
            log.Info($"job {job.JobId}: its lease is over, since server {job.ServerId} did not renew it: the job is ended");
            job.EndLease();
        }
        if (verdict == LeaseVerdict.Kill)
        {
            JobReaper.Kill(job.Spool);
            job.Look();
        }
        return over;
    }
}

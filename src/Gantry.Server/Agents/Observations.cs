using System.Text.Json;
using Gantry.Model.Link;
using Gantry.Model.States;
using Gantry.Server.Changes;
using Gantry.Server.Metrics;
using Gantry.Server.Reconcilers;
using Gantry.Storage;
using Gantry.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace Gantry.Server.Agents;

/// <summary>Takes agents' words into the rows.</summary>
internal sealed class Observations(Ledger ledger, RunTransitions transitions, Quarantine quarantine, LogIntake logs, MetricStore metrics, UtilizationWatch utilization)
{
    private const int LoadedAtOnce = 1000;

    /// <summary>What became of a set of observations.</summary>
    /// <param name="Forget">Jobs whose end is stored: their agent may drop them.</param>
    /// <param name="Tails">Jobs that ended here without their agent's word, and of whose log it has more, or may have.</param>
    public sealed record Outcome(IReadOnlyList<Ended> Forget, IReadOnlyList<WantedJob> Tails);

    /// <summary>A job whose end is stored, and the server that owns it: an agent forgets it only on that one's word.</summary>
    public sealed record Ended(Guid JobId, Guid ServerId);

    /// <summary>
    /// Stores what an agent reports and takes the runs on. With the full set, a job that was running there and is not
    /// known to the agent any more is lost: its spool is gone, and starting it again could make it run twice.
    /// </summary>
    public async Task<Outcome> StoreAsync(InstanceRow instance, ObservedJobs observed, CancellationToken cancellationToken)
    {
        var tails = new List<WantedJob>();
        var forget = await ledger.CommitAsync(
            (db, changes) =>
            {
                var now = ledger.Now;
                if (observed.Full)
                    quarantine.Clear(instance.Id);
                Load(db, observed.Jobs);
                var ended = new List<Ended>();
                tails.Clear();
                foreach (var job in observed.Jobs)
                    Store(db, changes, instance, job, ended, observed.Full ? tails : null, now);
                if (observed.Full)
                    StoreMissing(db, changes, instance, observed.Jobs, now);
                return ended;
            },
            cancellationToken);
        foreach (var job in forget)
            logs.Forget(job.JobId);
        return new Outcome(forget, tails);
    }

    /// <summary>Stores that these jobs ended before their agent ever heard of them.</summary>
    public Task StoreNeverStartedAsync(IReadOnlyList<Guid> jobs, CancellationToken cancellationToken) =>
        ledger.CommitAsync(
            (db, changes) =>
            {
                foreach (var id in jobs)
                {
                    if (db.Jobs.Find(id) is { Observed: null } job)
                        NeverStarted(db, changes, job, ledger.Now);
                }
            },
            cancellationToken);

    /// <summary>Stores what a host has now, and has the queue looked at again: what waits may fit.</summary>
    public Task StoreHostAsync(InstanceRow instance, HostFacts facts, CancellationToken cancellationToken) =>
        ledger.CommitAsync(
            (db, changes) =>
            {
                instance.Facts = JsonSerializer.Serialize(facts, LinkJson.Default.HostFacts);
                if (db.Instances.Find(instance.Id) is { } row)
                    row.Facts = instance.Facts;
                changes.Queue = true;
            },
            cancellationToken);

    /// <summary>Stores what jobs use.</summary>
    public async Task SampleAsync(InstanceRow instance, JobSamples samples, CancellationToken cancellationToken)
    {
        var own = await ledger.CommitAsync(
            (db, changes) =>
            {
                var taken = new List<JobSample>(samples.Samples.Count);
                foreach (var sample in samples.Samples)
                {
                    // Another server's jobs may be there, and another host may be mistaken about whose they are.
                    if (db.Jobs.Find(sample.JobId) is not { } job || job.InstanceId != instance.Id)
                        continue;
                    taken.Add(sample);
                    job.CpuMicros = sample.CpuMicros;
                    job.MemoryBytes = sample.MemoryBytes;
                    job.PeakMemoryBytes = Math.Max(job.PeakMemoryBytes, sample.MemoryBytes);
                    utilization.Look(db, changes, job, sample, ledger.Now);
                }
                return taken;
            },
            cancellationToken);
        // By this server's clock: a host's may be an hour off.
        metrics.Add(ledger.Now, own);
    }

    private void NeverStarted(GantryDb db, ChangeSet changes, JobRow job, DateTimeOffset now)
    {
        job.Observed = ObservedState.FailedToStart.WireName();
        transitions.Advance(db, changes, job.RunId, now);
    }

    // A query for all of them, not one each: they are then found in the context.
    private static void Load(GantryDb db, IReadOnlyList<ObservedJob> observed)
    {
        foreach (var ids in observed.Select(job => job.JobId).Chunk(LoadedAtOnce))
        {
            var runs = db.Jobs.Where(job => ids.Contains(job.Id)).AsEnumerable().Select(job => job.RunId).Distinct().ToList();
            db.Runs.Where(run => runs.Contains(run.Id)).Load();
        }
    }

    private void Store(GantryDb db, ChangeSet changes, InstanceRow instance, ObservedJob observed, List<Ended> ended, List<WantedJob>? tails, DateTimeOffset now)
    {
        var job = db.Jobs.Find(observed.JobId);
        var run = job is null ? null : db.Runs.Find(job.RunId);
        if (job is null || run is null || (job.InstanceId is { } elsewhere && elsewhere != instance.Id))
        {
            StoreUnknown(instance, observed, ended);
            return;
        }
        var status = StateNames.Parse<JobStatus>(job.Status)!.Value;
        if (status.IsFinished())
        {
            // Of a job whose lease ran out the agent is told to run until its log was sent, and its log is taken over. Whatever else it says: the job is to be dead.
            if (tails is not null && job.Leased && job.Observed == ObservedState.LeaseEnded.WireName())
            {
                tails.Add(new WantedJob { JobId = job.Id, LogOffset = run.DeletedAt is null ? logs.Length(job.Id) : observed.LogBytes });
            }
            else if (observed.State.IsEnd())
            {
                ended.Add(new Ended(job.Id, observed.ServerId));
                quarantine.Remove(job.Id);
            }
            else
            {
                // Only an end may be forgotten: a job that runs although its row says that it ended is left for someone to decide.
                StoreUnknown(instance, observed, ended);
            }
            return;
        }
        quarantine.Remove(job.Id);
        // An older database may not know yet that it placed this job here.
        if (job.InstanceId is null)
            RunTransitions.Place(db, changes, run, job, instance, now);
        job.Observed = observed.State.WireName();
        job.StartedAt ??= observed.StartedAt;
        job.ObservedExitStatus = observed.ExitStatus;
        job.Signal = observed.Signal;
        job.ObservedError = observed.Error;
        // A sibling's start may be waited for on this host.
        if (transitions.HasSiblings(run))
            changes.Want(instance.Id, run.Id);
        transitions.Advance(db, changes, run, job, now);
        if (StateNames.Parse<JobStatus>(job.Status)!.Value.IsFinished() && observed.State.IsEnd())
            ended.Add(new Ended(job.Id, observed.ServerId));
    }

    private void StoreUnknown(InstanceRow instance, ObservedJob observed, List<Ended> ended)
    {
        if (quarantine.IsDecided(observed.JobId) && observed.State.IsEnd())
        {
            ended.Add(new Ended(observed.JobId, observed.ServerId));
            quarantine.Remove(observed.JobId);
        }
        else
        {
            quarantine.Put(instance.Id, instance.Name, observed);
        }
    }

    private void StoreMissing(GantryDb db, ChangeSet changes, InstanceRow instance, IReadOnlyList<ObservedJob> known, DateTimeOffset now)
    {
        var ids = known.Select(job => job.JobId).ToHashSet();
        var placed = db.Jobs
            .Where(job => job.InstanceId == instance.Id && job.Observed != null
                && (job.Status == "provisioning" || job.Status == "pulling" || job.Status == "running" || job.Status == "terminating"))
            .ToList();
        foreach (var job in placed.Where(job => !ids.Contains(job.Id)))
        {
            job.Observed = ObservedState.Lost.WireName();
            job.ObservedError = $"The agent of {instance.Name} no longer knows this job: its spool was removed or replaced.";
            transitions.Advance(db, changes, job.RunId, now);
        }
        // A stop that came before the agent ever heard of the job: it was never started there, and never will be.
        var unheard = db.Jobs.Where(job => job.InstanceId == instance.Id && job.Observed == null && job.Status == "terminating").ToList();
        foreach (var job in unheard.Where(job => !ids.Contains(job.Id)))
            NeverStarted(db, changes, job, now);
    }
}

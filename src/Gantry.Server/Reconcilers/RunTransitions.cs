using Gantry.Engine.Runs;
using Gantry.Model.Configurations;
using Gantry.Model.Link;
using Gantry.Model.States;
using Gantry.Server.Agents;
using Gantry.Server.Changes;
using Gantry.Server.Volumes;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Reconcilers;

/// <summary>
/// Applies what <see cref="RunLifecycle"/> decides to the rows of a run, within the caller's transaction. Decides nothing
/// itself. Every change of a run goes through here, so that its status, its jobs' and its events cannot disagree.
/// </summary>
internal sealed class RunTransitions(RunDefinitions definitions, AttachedClients clients)
{
    /// <summary>More steps than any life has: reaching it means that decisions go in a circle.</summary>
    private const int MaxSteps = 64;

    /// <summary>Earlier attempts that a backoff is reckoned from: it has reached its longest by then.</summary>
    private const int AttemptsLookedAt = 10;

    /// <summary>Starts a run that was just added (pending, without jobs). Returns its jobs.</summary>
    public List<JobRow> Start(GantryDb db, ChangeSet changes, RunRow run, Guid actor, DateTimeOffset now)
    {
        var definition = definitions.Get(run);
        var step = RunLifecycle.Start(State(db, run, definition, []), now);
        if (step.Status is { } status)
            run.Status = status.WireName();
        run.NextTriggeredAt = step.NextTriggeredAt;
        EventLog.Run(db, changes, run, EventMessages.RunSubmitted(StateNames.Parse<RunStatus>(run.Status)!.Value), now, actor);
        var jobs = Apply(db, changes, run, [], definition, step with { Status = null }, now);
        return Advance(db, changes, run, jobs, now);
    }

    /// <summary>Takes the run as far as it can go now.</summary>
    public void Advance(GantryDb db, ChangeSet changes, Guid runId, DateTimeOffset now)
    {
        if (db.Runs.Find(runId) is { } run)
            Advance(db, changes, run, now);
    }

    /// <summary>Takes the run as far as it can go now.</summary>
    public void Advance(GantryDb db, ChangeSet changes, RunRow run, DateTimeOffset now) => Advance(db, changes, run, LatestSubmission(db, run.Id), now);

    /// <summary>Takes the run of this job, which has not ended, as far as it can go now.</summary>
    public void Advance(GantryDb db, ChangeSet changes, RunRow run, JobRow job, DateTimeOffset now)
    {
        // A job that has not ended is of the latest attempt; where there is one node, it is all of it.
        var isAll = definitions.Get(run).Policy.Nodes == 1;
        Advance(db, changes, run, isAll ? [job] : LatestSubmission(db, run.Id), now);
    }

    /// <summary>A job did something: nodes that wait for it by the run's startup order may be on any host.</summary>
    public void WakeSiblings(GantryDb db, ChangeSet changes, RunRow run)
    {
        if (definitions.Get(run).Policy is not { Nodes: > 1, StartupOrder: not StartupOrder.Any })
            return;
        foreach (var instance in LatestSubmission(db, run.Id).Select(sibling => sibling.InstanceId).OfType<Guid>().Distinct())
            changes.Want(instance, run.Id);
    }

    private List<JobRow> Advance(GantryDb db, ChangeSet changes, RunRow run, List<JobRow> jobs, DateTimeOffset now)
    {
        var definition = definitions.Get(run);
        for (var i = 0; i < MaxSteps; i++)
        {
            if (definition.Policy.IsDevEnvironment)
                NotePresence(changes, run, jobs, now);
            var step = RunLifecycle.Next(State(db, run, definition, jobs), States(jobs, definition), now);
            if (step.WakeAt != run.WakeAt)
            {
                run.WakeAt = step.WakeAt;
                changes.Deadline = true;
            }
            if (step.IsEmpty)
            {
                if (StateNames.Parse<RunStatus>(run.Status)!.Value.IsFinished())
                    definitions.Forget(run.Id);
                return jobs;
            }
            jobs = Apply(db, changes, run, jobs, definition, step, now);
        }
        throw new InvalidOperationException($"Run {run.Id} did not come to rest after {MaxSteps} steps; its last status is {run.Status}.");
    }

    // Also what makes a server that has just started count from its start: whoever was attached has been cut off, and comes back.
    private void NotePresence(ChangeSet changes, RunRow run, List<JobRow> jobs, DateTimeOffset now)
    {
        var isAnybodyThere = clients.Any(run.Id);
        foreach (var job in jobs.Where(job => job.Status == JobStatus.Running.WireName() && isAnybodyThere == job.InactiveSince is not null))
        {
            job.InactiveSince = isAnybodyThere ? null : now;
            changes.Runs[run.Id] = (run.ProjectId, run.Name);
        }
    }

    /// <summary>Stops or aborts a run on a user's word. False when there was nothing to change.</summary>
    public bool Stop(GantryDb db, ChangeSet changes, RunRow run, bool abort, Guid actor, DateTimeOffset now)
    {
        var definition = definitions.Get(run);
        var jobs = LatestSubmission(db, run.Id);
        var step = RunLifecycle.Stop(State(db, run, definition, jobs), States(jobs, definition), abort, now);
        if (step.IsEmpty)
            return false;
        jobs = Apply(db, changes, run, jobs, definition, step, now, actor);
        Advance(db, changes, run, jobs, now);
        return true;
    }

    /// <summary>Ends one job for a reason that the server itself found (no room for its log), then takes the run on.</summary>
    public void Fail(GantryDb db, ChangeSet changes, RunRow run, Guid jobId, JobTerminationReason reason, string message, DateTimeOffset now)
    {
        var definition = definitions.Get(run);
        var jobs = LatestSubmission(db, run.Id);
        jobs = Apply(db, changes, run, jobs, definition, RunLifecycle.Fail(States(jobs, definition), jobId, reason, message), now);
        Advance(db, changes, run, jobs, now);
    }

    /// <summary>Ends a run that no host can ever hold, unless its policy lets it wait; either way the run says why.</summary>
    public void Refuse(GantryDb db, ChangeSet changes, RunRow run, string why, DateTimeOffset now)
    {
        var definition = definitions.Get(run);
        var jobs = LatestSubmission(db, run.Id);
        var step = RunLifecycle.Refuse(State(db, run, definition, jobs), States(jobs, definition), why);
        if (step.IsEmpty)
        {
            Wait(changes, run, why);
            return;
        }
        jobs = Apply(db, changes, run, jobs, definition, step, now);
        Advance(db, changes, run, jobs, now);
    }

    /// <summary>Says why a run is not placed yet.</summary>
    public static void Wait(ChangeSet changes, RunRow run, string why)
    {
        if (run.WaitingFor == why)
            return;
        run.WaitingFor = why;
        changes.Runs[run.Id] = (run.ProjectId, run.Name);
    }

    /// <summary>Marks a job as placed on a host.</summary>
    public static void Place(GantryDb db, ChangeSet changes, RunRow run, JobRow job, InstanceRow instance, DateTimeOffset now)
    {
        job.InstanceId = instance.Id;
        changes.Want(instance.Id, run.Id);
        run.WaitingFor = null;
        if (job.Status == JobStatus.Submitted.WireName())
            Apply(db, changes, run, job, new JobStep { JobId = job.Id, Status = JobStatus.Provisioning }, now, actor: null);
    }

    /// <summary>The jobs of a run's latest attempt, in order.</summary>
    public static List<JobRow> LatestSubmission(GantryDb db, Guid runId)
    {
        // All jobs of a run are submitted together, so that the highest number is the same for each.
        return [.. db.Jobs.Where(job => job.RunId == runId && job.SubmissionNum == db.Jobs.Where(other => other.RunId == runId).Max(other => other.SubmissionNum))
            .OrderBy(job => job.ReplicaNum).ThenBy(job => job.JobNum)];
    }

    private static List<JobRow> Apply(
        GantryDb db, ChangeSet changes, RunRow run, List<JobRow> jobs, RunDefinition definition, RunStep step, DateTimeOffset now, Guid? actor = null)
    {
        foreach (var change in step.Jobs)
            Apply(db, changes, run, jobs.Single(job => job.Id == change.JobId), change, now, actor);
        if (definition.HasVolumes)
            VolumeUse.Release(db, changes, [.. step.Jobs.Where(change => change.Status.IsFinished()).Select(change => change.JobId)], now);
        if (step.Status is { } status && status.WireName() != run.Status)
        {
            var before = StateNames.Parse<RunStatus>(run.Status)!.Value;
            run.Status = status.WireName();
            run.TerminationReason = status is RunStatus.Pending or RunStatus.Submitted ? null : step.TerminationReason?.WireName() ?? run.TerminationReason;
            run.NextTriggeredAt = status == RunStatus.Pending ? step.NextTriggeredAt : null;
            if (status != RunStatus.Submitted)
                run.WaitingFor = null;
            EventLog.Run(db, changes, run, EventMessages.RunStatusChanged(before, status, step.TerminationReason), now, actor);
        }
        if (step.Error is not null)
            run.Error = step.Error;
        if (step.SubmitJobs)
            jobs = Submit(db, changes, run, jobs, definition, now);
        run.LastProcessedAt = now;
        run.Version++;
        changes.Runs[run.Id] = (run.ProjectId, run.Name);
        return jobs;
    }

    private static void Apply(GantryDb db, ChangeSet changes, RunRow run, JobRow job, JobStep step, DateTimeOffset now, Guid? actor)
    {
        var before = StateNames.Parse<JobStatus>(job.Status)!.Value;
        job.TerminationReason = step.TerminationReason?.WireName() ?? job.TerminationReason;
        job.TerminationMessage = step.Message ?? job.TerminationMessage;
        job.ExitStatus = step.ExitStatus ?? job.ExitStatus;
        job.LastProcessedAt = now;
        if (step.Status.IsFinished())
            job.FinishedAt = step.FinishedAt ?? now;
        if (job.InstanceId is { } instance && step.Status == JobStatus.Terminating)
            changes.Want(instance, run.Id);
        if (before.HoldsCapacity() && !step.Status.HoldsCapacity())
            changes.Queue = true;
        changes.Runs[run.Id] = (run.ProjectId, run.Name);
        if (before == step.Status)
            return;
        job.Status = step.Status.WireName();
        EventLog.Job(db, changes, run, job, EventMessages.JobStatusChanged(before, step.Status, step.TerminationReason, step.Message), now, actor);
    }

    private static List<JobRow> Submit(GantryDb db, ChangeSet changes, RunRow run, List<JobRow> former, RunDefinition definition, DateTimeOffset now)
    {
        var submission = former.Count == 0 ? 0 : former[0].SubmissionNum + 1;
        var isRetry = former.Any(job => JobOutcomes.IsFailure(StateNames.Parse<JobTerminationReason>(job.TerminationReason)));
        var jobs = new List<JobRow>(definition.Jobs.Count);
        foreach (var (spec, text) in definition.Jobs.Zip(definition.JobTexts))
        {
            var job = new JobRow
            {
                Id = Guid.NewGuid(),
                RunId = run.Id,
                ReplicaNum = spec.ReplicaNum,
                JobNum = spec.JobNum,
                SubmissionNum = submission,
                Status = JobStatus.Submitted.WireName(),
                SubmittedAt = now,
                LastProcessedAt = now,
                Spec = text,
            };
            db.Jobs.Add(job);
            jobs.Add(job);
            EventLog.Job(db, changes, run, job, EventMessages.JobCreated(JobStatus.Submitted, submission, isRetry), now, actor: null);
        }
        changes.Queue = true;
        return jobs;
    }

    private static RunState State(GantryDb db, RunRow run, RunDefinition definition, List<JobRow> jobs) => new()
    {
        Id = run.Id,
        Status = StateNames.Parse<RunStatus>(run.Status)!.Value,
        TerminationReason = StateNames.Parse<RunTerminationReason>(run.TerminationReason),
        SubmittedAt = run.SubmittedAt,
        NextTriggeredAt = run.NextTriggeredAt,
        FailedInARow = FailedInARow(db, jobs),
        Policy = definition.Policy,
    };

    private static int FailedInARow(GantryDb db, List<JobRow> jobs)
    {
        if (jobs.Count == 0 || jobs[0].SubmissionNum == 0)
            return 0;
        var latest = jobs[0];
        var earlier = db.Jobs
            .Where(job => job.RunId == latest.RunId && job.ReplicaNum == latest.ReplicaNum && job.JobNum == latest.JobNum && job.SubmissionNum < latest.SubmissionNum)
            .OrderByDescending(job => job.SubmissionNum).Take(AttemptsLookedAt)
            .Select(job => new { job.Status, job.SubmittedAt, job.StartedAt, job.FinishedAt })
            .AsEnumerable()
            .Select(job => new PastAttempt(job.SubmittedAt, job.StartedAt, job.FinishedAt, StateNames.Parse<JobStatus>(job.Status)!.Value));
        return Backoff.FailedInARow(earlier, latest.SubmittedAt);
    }

    private static List<JobState> States(List<JobRow> jobs, RunDefinition definition) => [.. jobs.Select(job => State(job, definition.MaxDuration))];

    /// <summary>A job's row as decisions see it.</summary>
    public static JobState State(JobRow job, TimeSpan? maxDuration) => new()
    {
        Id = job.Id,
        JobNum = job.JobNum,
        SubmissionNum = job.SubmissionNum,
        Status = StateNames.Parse<JobStatus>(job.Status)!.Value,
        TerminationReason = StateNames.Parse<JobTerminationReason>(job.TerminationReason),
        SubmittedAt = job.SubmittedAt,
        StartedAt = job.StartedAt,
        FinishedAt = job.FinishedAt,
        Placed = job.InstanceId is not null,
        Observed = StateNames.Parse<ObservedState>(job.Observed),
        TerminationMessage = job.TerminationMessage,
        ExitStatus = job.ObservedExitStatus,
        Signal = job.Signal,
        Error = job.ObservedError,
        MaxDuration = maxDuration,
        InactiveSince = job.InactiveSince,
    };
}

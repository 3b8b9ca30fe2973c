using Gantry.Model.Configurations;
using Gantry.Model.Link;
using Gantry.Model.States;

namespace Gantry.Engine.Runs;

// A run moves forward by what its jobs did, and jobs by what their agents saw. Each call of Next looks at everything anew and
// remembers nothing: a server that was killed between two steps asks again and gets the same answer. What was decided is in
// the rows (a status, a reason), so a decision that was committed is never taken back by a later look.

/// <summary>The life of a run and its jobs, as a pure function.</summary>
public static class RunLifecycle
{
    /// <summary>What to do with a run that was just submitted (its status is <see cref="RunStatus.Pending"/>, it has no jobs).</summary>
    public static RunStep Start(RunState run, DateTimeOffset now)
    {
        if (run.Policy.Schedule is not { } schedule)
        {
            return new() { Status = RunStatus.Submitted, SubmitJobs = true };
        }

        return ScheduleTimes.Next(schedule, now) is { } due
            ? new() { Status = RunStatus.Pending, NextTriggeredAt = due, WakeAt = due }
            : new() { Status = RunStatus.Terminating, TerminationReason = RunTerminationReason.ServerError, Error = "Its schedule names no time that ever comes." };
    }

    /// <summary>
    /// What to do next. Called after every change and at <see cref="RunStep.WakeAt"/>; the caller applies the step and asks
    /// again until it is empty. <paramref name="jobs"/> holds the latest submission of each job.
    /// </summary>
    public static RunStep Next(RunState run, IReadOnlyList<JobState> jobs, DateTimeOffset now) => run.Status switch
    {
        RunStatus.Pending => WhilePending(run, now),
        RunStatus.Submitted or RunStatus.Provisioning or RunStatus.Running => WhileActive(run, jobs, now),
        RunStatus.Terminating => WhileTerminating(run, jobs, now),
        _ => RunStep.None,
    };

    /// <summary>What a user's stop changes: graceful, or at once. Empty for a run that is ending already (an abort after a stop is not empty).</summary>
    public static RunStep Stop(RunState run, IReadOnlyList<JobState> jobs, bool abort, DateTimeOffset now)
    {
        if (run.Status.IsFinished())
        {
            return RunStep.None;
        }

        var changes = new JobChanges(jobs);
        var reason = abort ? JobTerminationReason.AbortedByUser : JobTerminationReason.TerminatedByUser;
        if (run.Status != RunStatus.Terminating)
        {
            changes.StopAll(reason);
            if (abort)
            {
                changes.HardenStops();
            }

            return changes.Step() with
            {
                Status = RunStatus.Terminating,
                TerminationReason = abort ? RunTerminationReason.AbortedByUser : RunTerminationReason.StoppedByUser,
            };
        }

        if (!abort)
        {
            return RunStep.None;
        }

        // What the run ended for stays true when its last jobs are aborted; only a user's own stop becomes an abort.
        changes.StopAll(reason);
        changes.HardenStops();
        return run.TerminationReason == RunTerminationReason.StoppedByUser
            ? changes.Step() with { Status = RunStatus.Terminating, TerminationReason = RunTerminationReason.AbortedByUser }
            : changes.Step();
    }

    /// <summary>
    /// What to do with a run that no host could ever hold (<see cref="Placement.PlacementPlan.Refusals"/>): it fails, unless its retry
    /// policy lets it wait for hosts to come. Empty when it is placed already, or waits.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="jobs">The latest submission of each job.</param>
    /// <param name="why">The sentence that says what it needs and what there is.</param>
    public static RunStep Refuse(RunState run, IReadOnlyList<JobState> jobs, string why)
    {
        var isWaiting = run.Status is RunStatus.Submitted or RunStatus.Provisioning
            && jobs.All(job => job is { Placed: false, Status: JobStatus.Submitted }) && !jobs.Any(job => Retries.LimitsWaiting(run, job));
        if (!isWaiting)
        {
            return RunStep.None;
        }

        var changes = new JobChanges(jobs);
        changes.StopAll(JobTerminationReason.FailedToStartDueToNoCapacity, why);
        return changes.Step();
    }

    /// <summary>
    /// Ends one job for a reason that its agent knows nothing of: no room for its log on the server, a lease that ran out. Its process
    /// is stopped gracefully. Empty when the job ends already.
    /// </summary>
    public static RunStep Fail(IReadOnlyList<JobState> jobs, Guid jobId, JobTerminationReason reason, string message)
    {
        var changes = new JobChanges(jobs);
        changes.StopAll(reason, message, only: jobId);
        return changes.Step();
    }

    /// <summary>Whether this placed job may be given to its agent now, by the run's startup order.</summary>
    public static bool MayStart(RunPolicy policy, JobState job, IReadOnlyList<JobState> jobs)
    {
        if (job.Status.IsFinished() || job.Status == JobStatus.Terminating)
        {
            return false;
        }

        return policy.StartupOrder switch
        {
            StartupOrder.MasterFirst when job.JobNum != 0 => jobs.Where(other => other.JobNum == 0).All(HasStarted),
            StartupOrder.WorkersFirst when job.JobNum == 0 => jobs.Where(other => other.JobNum != 0).All(HasStarted),
            _ => true,
        };
    }

    /// <summary>
    /// How to end a job's process now: null while it should go on (or has ended); otherwise seconds between SIGTERM and SIGKILL, where
    /// <see cref="double.PositiveInfinity"/> never kills and 0 kills at once.
    /// </summary>
    public static double? StopGrace(JobState job, TimeSpan? stopDuration)
    {
        if (job.Status != JobStatus.Terminating || JobTransitions.HasEnded(job))
        {
            return null;
        }

        return job.TerminationReason == JobTerminationReason.AbortedByUser ? 0 : stopDuration?.TotalSeconds ?? double.PositiveInfinity;
    }

    private static RunStep WhilePending(RunState run, DateTimeOffset now) => run.NextTriggeredAt is { } due && due > now
        ? new() { WakeAt = due }
        : new() { Status = RunStatus.Submitted, SubmitJobs = true };

    private static RunStep WhileActive(RunState run, IReadOnlyList<JobState> jobs, DateTimeOffset now)
    {
        var changes = new JobChanges(jobs);
        changes.Advance(run, now);
        var attempt = Attempt.Of(run.Policy, changes.Jobs);
        if (attempt.Is == Attempt.Standing.Open)
        {
            return Progress(run, changes);
        }

        var verdict = attempt.Is == Attempt.Standing.Failed ? Retries.Judge(run, attempt.Culprits) : Retries.Verdict.Fail;
        changes.StopAll(SiblingReason(attempt), RunErrors.ForSiblings(attempt));

        var nextTrigger = run.Policy.Schedule is { } schedule && attempt.Is is not (Attempt.Standing.Stopped or Attempt.Standing.Unexplained)
            ? ScheduleTimes.Next(schedule, now)
            : null;
        if (verdict == Retries.Verdict.Retry || nextTrigger is not null)
        {
            // Only when every job has ended may there be new ones: two submissions of one job never run at once.
            return changes.AllFinished
                ? Pend(changes, verdict == Retries.Verdict.Retry ? Retries.DueAt(run, changes.Jobs, now) : nextTrigger!.Value)
                : Progress(run, changes);
        }

        var reason = RunReason(attempt, verdict);
        return changes.Step() with
        {
            Status = RunStatus.Terminating,
            TerminationReason = reason,
            Error = reason == RunTerminationReason.AllJobsDone ? null : RunErrors.Of(attempt, jobs.Count),
        };
    }

    private static RunStep WhileTerminating(RunState run, IReadOnlyList<JobState> jobs, DateTimeOffset now)
    {
        var changes = new JobChanges(jobs);
        changes.Finish(run, now);
        changes.StopAll(JobReason(run.TerminationReason));
        return changes.AllFinished ? changes.Step() with { Status = FinalStatus(run.TerminationReason), TerminationReason = run.TerminationReason } : changes.Step();
    }

    private static RunStep Progress(RunState run, JobChanges changes)
    {
        var status = changes.Jobs.Any(job => job.Status == JobStatus.Running) ? RunStatus.Running
            : changes.Jobs.Any(job => job.Placed) ? RunStatus.Provisioning
            : RunStatus.Submitted;
        var isForward = status > run.Status;
        return changes.Step() with { Status = isForward ? status : null, WakeAt = changes.Deadline(run) };
    }

    private static RunStep Pend(JobChanges changes, DateTimeOffset due) =>
        changes.Step() with { Status = RunStatus.Pending, NextTriggeredAt = due, WakeAt = due };

    private static bool HasStarted(JobState job) =>
        job.StartedAt is not null || job.Status is JobStatus.Running or JobStatus.Done || job.Observed is ObservedState.Running or ObservedState.Exited;

    private static JobTerminationReason SiblingReason(Attempt attempt) => attempt switch
    {
        { Is: Attempt.Standing.Limited, Culprits: [var first, ..] } => first.TerminationReason!.Value,
        _ => JobTerminationReason.TerminatedByServer,
    };

    private static RunTerminationReason RunReason(Attempt attempt, Retries.Verdict verdict) => attempt.Is switch
    {
        Attempt.Standing.Succeeded => RunTerminationReason.AllJobsDone,
        Attempt.Standing.Limited => RunTerminationReason.StoppedByLimit,
        Attempt.Standing.Stopped => RunTerminationReason.StoppedByUser,
        Attempt.Standing.Failed => verdict == Retries.Verdict.GiveUp ? RunTerminationReason.RetryLimitExceeded : RunTerminationReason.JobFailed,
        _ => RunTerminationReason.ServerError,
    };

    private static RunStatus FinalStatus(RunTerminationReason? reason) => reason switch
    {
        RunTerminationReason.AllJobsDone => RunStatus.Done,
        RunTerminationReason.StoppedByUser or RunTerminationReason.AbortedByUser or RunTerminationReason.StoppedByLimit => RunStatus.Terminated,
        _ => RunStatus.Failed,
    };

    private static JobTerminationReason JobReason(RunTerminationReason? reason) => reason switch
    {
        RunTerminationReason.StoppedByUser => JobTerminationReason.TerminatedByUser,
        RunTerminationReason.AbortedByUser => JobTerminationReason.AbortedByUser,
        RunTerminationReason.StoppedByLimit => JobTerminationReason.MaxDurationExceeded,
        _ => JobTerminationReason.TerminatedByServer,
    };
}

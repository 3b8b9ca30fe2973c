using Gantry.Model.Link;
using Gantry.Model.States;

namespace Gantry.Engine.Runs;

/// <summary>What one submission does by itself: by its agent's word, by its own clock.</summary>
internal static class JobTransitions
{
    /// <summary>The next change of an unfinished submission, or null.</summary>
    public static JobStep? Next(RunState run, JobState job, DateTimeOffset now)
    {
        if (job.Status.IsFinished())
        {
            return null;
        }

        if (job.Status == JobStatus.Terminating)
        {
            return HasEnded(job) ? Finish(job, now) : null;
        }

        if (EndByObservation(job) is { } end)
        {
            return end;
        }

        if (MaxDurationDeadline(job) is { } limit && limit <= now)
        {
            return Terminate(job, JobTerminationReason.MaxDurationExceeded, Sentences.MaxDurationExceeded(job.MaxDuration!.Value));
        }

        if (InactivityDeadline(run, job) is { } inactivity && inactivity <= now)
        {
            return Terminate(job, JobTerminationReason.InactivityDurationExceeded, Sentences.InactivityDurationExceeded(run.Policy.InactivityDuration!.Value));
        }

        if (WaitDeadline(run, job) is { } patience && patience <= now)
        {
            return Terminate(
                job, JobTerminationReason.FailedToStartDueToNoCapacity, Sentences.NoCapacityInTime(TimeSpan.FromSeconds(run.Policy.Retry!.Duration)));
        }

        return Forward(job);
    }

    /// <summary>A change to terminating.</summary>
    public static JobStep Terminate(JobState job, JobTerminationReason reason, string? message = null) =>
        new() { JobId = job.Id, Status = JobStatus.Terminating, TerminationReason = reason, Message = message };

    /// <summary>
    /// Whether the agent has nothing left of the job. A job that was never placed has no process. A job that was placed may run
    /// although nothing was heard of it: only its agent's word ends it, or the end of its lease, or a stop would leave a process behind.
    /// </summary>
    public static bool HasEnded(JobState job) => !job.Placed || IsEnd(job.Observed);

    /// <summary>Whether this word of an agent means that the job's process is no more.</summary>
    public static bool IsEnd(ObservedState? observed) => observed is { } state && state.IsEnd();

    /// <summary>When the job has run for as long as it may.</summary>
    public static DateTimeOffset? MaxDurationDeadline(JobState job) =>
        job.Status == JobStatus.Running && job.StartedAt is { } started && job.MaxDuration is { } limit ? After(started, limit) : null;

    /// <summary>When nobody was attached to the job for as long as it may go on alone.</summary>
    public static DateTimeOffset? InactivityDeadline(RunState run, JobState job) =>
        job.Status == JobStatus.Running && job.InactiveSince is { } since && run.Policy.InactivityDuration is { } limit ? After(since, limit) : null;

    /// <summary>When a job that waits for a host gives up, by its run's retry policy; null waits for ever.</summary>
    public static DateTimeOffset? WaitDeadline(RunState run, JobState job) =>
        job is { Status: JobStatus.Submitted, Placed: false } && Retries.LimitsWaiting(run, job)
            ? After(job.SubmittedAt, TimeSpan.FromSeconds(run.Policy.Retry!.Duration))
            : null;

    private static JobStep? EndByObservation(JobState job) => job.Observed switch
    {
        ObservedState.Exited when job.ExitStatus == 0 => Terminate(job, JobTerminationReason.DoneByRunner, job.Error) with { ExitStatus = 0 },
        ObservedState.Exited => Terminate(job, JobTerminationReason.ContainerExitedWithError, Sentences.Exited(job.ExitStatus, job.Signal, job.Error)) with { ExitStatus = job.ExitStatus },
        ObservedState.FailedToStart => Terminate(job, JobTerminationReason.ExecutorError, job.Error ?? Sentences.FailedToStart),
        ObservedState.Lost => Terminate(job, JobTerminationReason.ProcessLost, Sentences.Lost(job.Error)),
        ObservedState.LeaseEnded => Terminate(job, JobTerminationReason.InstanceUnreachable, job.Error ?? Sentences.LeaseEnded),
        ObservedState.DiskFull => Terminate(job, JobTerminationReason.DiskFull, job.Error ?? Sentences.DiskFull) with { ExitStatus = job.ExitStatus },
        _ => null,
    };

    private static JobStep? Forward(JobState job) => job switch
    {
        { Observed: ObservedState.Running, Status: not JobStatus.Running } => new() { JobId = job.Id, Status = JobStatus.Running },
        { Observed: ObservedState.Pulling, Status: JobStatus.Submitted or JobStatus.Provisioning } => new() { JobId = job.Id, Status = JobStatus.Pulling },
        { Placed: true, Status: JobStatus.Submitted } => new() { JobId = job.Id, Status = JobStatus.Provisioning },
        _ => null,
    };

    private static JobStep Finish(JobState job, DateTimeOffset now) => new()
    {
        JobId = job.Id,
        Status = JobOutcomes.FinalStatus(job.TerminationReason),
        TerminationReason = job.TerminationReason,
        Message = WasLostWhileStopping(job) ? Sentences.LostWhileStopping : null,
        ExitStatus = job.ExitStatus,
        FinishedAt = job.FinishedAt ?? now,
    };

    // An agent also calls lost what it never had: a job that was stopped before its order was sent.
    private static bool WasLostWhileStopping(JobState job) =>
        job is { Observed: ObservedState.Lost, TerminationReason: not JobTerminationReason.ProcessLost, StartedAt: not null };

    private static DateTimeOffset After(DateTimeOffset start, TimeSpan span) =>
        span >= DateTimeOffset.MaxValue - start ? DateTimeOffset.MaxValue : start + span;
}

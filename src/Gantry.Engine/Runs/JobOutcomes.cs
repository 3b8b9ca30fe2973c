using Gantry.Model.Configurations;
using Gantry.Model.States;

namespace Gantry.Engine.Runs;

/// <summary>What each termination reason means: how the job ends, and which retry event it is.</summary>
public static class JobOutcomes
{
    /// <summary>The status that a job with this reason ends in.</summary>
    public static JobStatus FinalStatus(JobTerminationReason? reason) => reason switch
    {
        JobTerminationReason.DoneByRunner => JobStatus.Done,
        JobTerminationReason.AbortedByUser => JobStatus.Aborted,
        JobTerminationReason.TerminatedByUser
            or JobTerminationReason.TerminatedByServer
            or JobTerminationReason.ScaledDown
            or JobTerminationReason.MaxDurationExceeded
            or JobTerminationReason.InactivityDurationExceeded
            or JobTerminationReason.TerminatedDueToUtilizationPolicy => JobStatus.Terminated,
        _ => JobStatus.Failed,
    };

    /// <summary>Whether a job with this reason makes its run fail, or be retried.</summary>
    public static bool IsFailure(JobTerminationReason? reason) => reason is not null && FinalStatus(reason) == JobStatus.Failed;

    /// <summary>Whether the run's own policy stopped the job: no failure, and never retried.</summary>
    public static bool IsLimit(JobTerminationReason? reason) => reason is JobTerminationReason.MaxDurationExceeded
        or JobTerminationReason.InactivityDurationExceeded
        or JobTerminationReason.TerminatedDueToUtilizationPolicy;

    /// <summary>The event of <c>retry.on_events</c> that a failure is, or null for an end that is no failure.</summary>
    /// <remarks>A lost process is an interruption: its host went down under it, and what it did is unknown.</remarks>
    public static RetryEvent? EventOf(JobTerminationReason? reason) => reason switch
    {
        JobTerminationReason.FailedToStartDueToNoCapacity or JobTerminationReason.WaitingInstanceLimitExceeded => RetryEvent.NoCapacity,
        JobTerminationReason.InterruptedByNoCapacity
            or JobTerminationReason.InstanceUnreachable
            or JobTerminationReason.WaitingRunnerLimitExceeded
            or JobTerminationReason.ProcessLost => RetryEvent.Interruption,
        _ => IsFailure(reason) ? RetryEvent.Error : null,
    };
}

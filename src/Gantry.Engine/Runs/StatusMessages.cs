using System.Globalization;
using Gantry.Model.States;

namespace Gantry.Engine.Runs;

/// <summary>A status in a few words, for tables.</summary>
public static class StatusMessages
{
    /// <summary>A submission's: its status, or why it ended (<c>exited (1)</c>, <c>no capacity</c>, <c>stopped</c>).</summary>
    public static string Job(JobStatus status, JobTerminationReason? reason, int? exitStatus) => status.IsFinished()
        ? reason switch
        {
            JobTerminationReason.DoneByRunner or JobTerminationReason.ContainerExitedWithError when exitStatus is { } code =>
                string.Create(CultureInfo.InvariantCulture, $"exited ({code})"),
            JobTerminationReason.FailedToStartDueToNoCapacity => "no capacity",
            JobTerminationReason.InterruptedByNoCapacity => "interrupted",
            JobTerminationReason.InstanceUnreachable => "unreachable",
            JobTerminationReason.TerminatedByUser => "stopped",
            JobTerminationReason.AbortedByUser => "aborted",
            JobTerminationReason.MaxDurationExceeded => "max duration",
            JobTerminationReason.InactivityDurationExceeded => "inactivity duration",
            JobTerminationReason.ProcessLost => "lost",
            JobTerminationReason.DiskFull => "disk full",
            JobTerminationReason.LogQuotaExceeded => "log quota",
            JobTerminationReason.ExecutorError or JobTerminationReason.CreatingContainerError or JobTerminationReason.PortsBindingFailed => "error",
            _ => status.WireName(),
        }
        : status.WireName();

    /// <summary>A submission's.</summary>
    public static string Job(JobState job) => Job(job.Status, job.TerminationReason, job.ExitStatus);

    /// <summary>
    /// A run's: its status, except where its jobs say more: <c>pulling</c> before it runs, <c>retrying</c> between attempts,
    /// and why it failed or was stopped.
    /// </summary>
    /// <param name="status">The run's status.</param>
    /// <param name="reason">Why it ends or ended.</param>
    /// <param name="jobs">The latest submission of each job.</param>
    /// <param name="policy">Its policy, to tell a retry from a schedule; null takes any failure for one that is retried.</param>
    public static string Run(RunStatus status, RunTerminationReason? reason, IReadOnlyList<JobState> jobs, RunPolicy? policy = null) => status switch
    {
        RunStatus.Submitted or RunStatus.Provisioning when jobs.Any(job => job.Status == JobStatus.Pulling) => "pulling",
        RunStatus.Pending when policy is null or { Retry: not null } && jobs.Any(job => JobOutcomes.IsFailure(job.TerminationReason)) => "retrying",
        RunStatus.Failed when reason == RunTerminationReason.RetryLimitExceeded => "retry limit exceeded",
        RunStatus.Failed when jobs.OrderBy(job => job.JobNum).FirstOrDefault(job => job.Status == JobStatus.Failed) is { } failed => Job(failed),
        RunStatus.Terminated when reason == RunTerminationReason.StoppedByUser => "stopped",
        RunStatus.Terminated when reason == RunTerminationReason.AbortedByUser => "aborted",
        RunStatus.Terminated when jobs.FirstOrDefault(job => JobOutcomes.IsLimit(job.TerminationReason)) is { } limited => Job(limited),
        _ => status.WireName(),
    };
}

using Gantry.Model.States;

namespace Gantry.Engine.Runs;

/// <summary>What <c>events/list</c> says, in dstack's words.</summary>
public static class EventMessages
{
    /// <summary><c>Run submitted. Status: SUBMITTED</c>.</summary>
    public static string RunSubmitted(RunStatus status) => $"Run submitted. Status: {Loud(status)}";

    /// <summary><c>Run status changed SUBMITTED -> TERMINATING. Termination reason: JOB_FAILED</c>. The reason only on the way into terminating.</summary>
    public static string RunStatusChanged(RunStatus from, RunStatus to, RunTerminationReason? reason = null) =>
        $"Run status changed {Loud(from)} -> {Loud(to)}" + (to == RunStatus.Terminating && reason is { } why ? $". Termination reason: {Loud(why)}" : "");

    /// <summary><c>Job created on run submission. Status: SUBMITTED</c>; a later submission says what made it: a retry, or the schedule.</summary>
    /// <param name="status">The new submission's status.</param>
    /// <param name="submissionNum">Its number, from 0.</param>
    /// <param name="isRetry">Whether the submission before it failed.</param>
    public static string JobCreated(JobStatus status, int submissionNum = 0, bool isRetry = true) =>
        $"Job created on {(submissionNum == 0 ? "run submission" : isRetry ? "retry" : "schedule")}. Status: {Loud(status)}";

    /// <summary><c>Job status changed SUBMITTED -> TERMINATING. Termination reason: EXECUTOR_ERROR (why)</c>. The reason only on the way into terminating.</summary>
    public static string JobStatusChanged(JobStatus from, JobStatus to, JobTerminationReason? reason = null, string? message = null)
    {
        var text = $"Job status changed {Loud(from)} -> {Loud(to)}";
        if (to == JobStatus.Terminating && reason is { } why)
        {
            text += $". Termination reason: {Loud(why)}" + (string.IsNullOrEmpty(message) ? "" : $" ({message})");
        }

        return text;
    }

    private static string Loud<TEnum>(TEnum value) where TEnum : struct, Enum => value.WireName().ToUpperInvariant();
}

namespace Gantry.Model.States;

/// <summary>Why a run ends. On the wire in snake case (<c>all_jobs_done</c>), as dstack's.</summary>
public enum RunTerminationReason
{
    /// <summary>Every job ended with exit status 0 (or the master, where <c>stop_criteria</c> says so). Ends as done.</summary>
    AllJobsDone,
    /// <summary>A job failed and no retry covers it. Ends as failed.</summary>
    JobFailed,
    /// <summary>The retry policy's time is used up. Ends as failed.</summary>
    RetryLimitExceeded,
    /// <summary>A user stopped it. Ends as terminated.</summary>
    StoppedByUser,
    /// <summary>A user aborted it. Ends as terminated.</summary>
    AbortedByUser,
    /// <summary>The server could not go on with it. Ends as failed.</summary>
    ServerError,

    /// <summary>Gantry: a limit of its own configuration (<c>max_duration</c>) stopped it. Ends as terminated.</summary>
    StoppedByLimit,
}

namespace Gantry.Model.States;

/// <summary>Where one submission of a job is in its life. Names on the wire are dstack's, in lower case.</summary>
public enum JobStatus
{
    /// <summary>Waits to be placed on a host.</summary>
    Submitted,
    /// <summary>Placed: its host was told, or is about to be.</summary>
    Provisioning,
    /// <summary>The host fetches what the job needs (an image).</summary>
    Pulling,
    /// <summary>The job's process runs.</summary>
    Running,
    /// <summary>Ending: a stop was asked for, or its process has ended and the rest is tidied up.</summary>
    Terminating,
    /// <summary>Ended because a user or a policy stopped it.</summary>
    Terminated,
    /// <summary>Ended at once, without a graceful stop.</summary>
    Aborted,
    /// <summary>Ended with an error.</summary>
    Failed,
    /// <summary>Ended with exit status 0.</summary>
    Done,
}

/// <summary>Questions about a <see cref="JobStatus"/>.</summary>
public static class JobStatuses
{
    /// <summary>Whether this submission has ended for good.</summary>
    public static bool IsFinished(this JobStatus status) =>
        status is JobStatus.Terminated or JobStatus.Aborted or JobStatus.Failed or JobStatus.Done;

    /// <summary>Whether this submission takes room on its host: placed and not finished.</summary>
    public static bool HoldsCapacity(this JobStatus status) =>
        status is JobStatus.Provisioning or JobStatus.Pulling or JobStatus.Running or JobStatus.Terminating;
}

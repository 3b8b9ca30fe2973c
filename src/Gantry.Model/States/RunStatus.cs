namespace Gantry.Model.States;

/// <summary>Where a run is in its life. Names on the wire are dstack's, in lower case.</summary>
public enum RunStatus
{
    /// <summary>Waits for its schedule or for a retry's backoff. Nothing is wanted of any host.</summary>
    Pending,
    /// <summary>Its jobs exist and wait to be placed.</summary>
    Submitted,
    /// <summary>At least one job is placed, none runs yet.</summary>
    Provisioning,
    /// <summary>At least one job runs.</summary>
    Running,
    /// <summary>Ending: its jobs are being stopped.</summary>
    Terminating,
    /// <summary>Ended because a user or a policy stopped it.</summary>
    Terminated,
    /// <summary>Ended with an error.</summary>
    Failed,
    /// <summary>Ended well.</summary>
    Done,
}

/// <summary>Questions about a <see cref="RunStatus"/>.</summary>
public static class RunStatuses
{
    /// <summary>Whether the run has ended for good.</summary>
    public static bool IsFinished(this RunStatus status) => status is RunStatus.Terminated or RunStatus.Failed or RunStatus.Done;
}

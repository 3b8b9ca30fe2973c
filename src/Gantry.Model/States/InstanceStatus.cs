namespace Gantry.Model.States;

/// <summary>Where an instance is in its life.</summary>
public enum InstanceStatus
{
    /// <summary>Waits to be connected to for the first time.</summary>
    Pending,
    /// <summary>Being checked, and its agent installed.</summary>
    Provisioning,
    /// <summary>Ready, without jobs.</summary>
    Idle,
    /// <summary>Ready, with jobs.</summary>
    Busy,
    /// <summary>Its agent is being removed.</summary>
    Terminating,
    /// <summary>Not of the fleet any more, or never came to be.</summary>
    Terminated,
}

/// <summary>How well an instance is.</summary>
public enum HealthStatus
{
    /// <summary>Well.</summary>
    Healthy,
    /// <summary>Something wants a look.</summary>
    Warning,
    /// <summary>No jobs should go there.</summary>
    Failure,
}

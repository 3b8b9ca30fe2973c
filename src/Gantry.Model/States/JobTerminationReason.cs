namespace Gantry.Model.States;

/// <summary>
/// Why a job's submission ends. On the wire in snake case, as dstack's; the last group is Gantry's own.
/// </summary>
public enum JobTerminationReason
{
    /// <summary>No host can ever hold it, or none could within the retry policy's time.</summary>
    FailedToStartDueToNoCapacity,
    /// <summary>The host was taken away (spot, preemption).</summary>
    InterruptedByNoCapacity,
    /// <summary>The host did not come back within its lease.</summary>
    InstanceUnreachable,
    /// <summary>The host did not become ready in time.</summary>
    WaitingInstanceLimitExceeded,
    /// <summary>The agent did not start the job in time.</summary>
    WaitingRunnerLimitExceeded,
    /// <summary>A user stopped the run.</summary>
    TerminatedByUser,
    /// <summary>A user aborted the run.</summary>
    AbortedByUser,
    /// <summary>The run ends for another reason: a sibling failed, the master is done, a retry starts anew.</summary>
    TerminatedByServer,
    /// <summary>A volume could not be attached.</summary>
    VolumeError,
    /// <summary>A gateway could not be configured.</summary>
    GatewayError,
    /// <summary>A replica that is no longer needed.</summary>
    ScaledDown,
    /// <summary>The process ended with exit status 0.</summary>
    DoneByRunner,
    /// <summary>A dev environment that nobody used.</summary>
    InactivityDurationExceeded,
    /// <summary>The utilization policy's floor was not met.</summary>
    TerminatedDueToUtilizationPolicy,
    /// <summary>A port is taken on the host.</summary>
    PortsBindingFailed,
    /// <summary>The container (or process) could not be created.</summary>
    CreatingContainerError,
    /// <summary>The process ended with another exit status than 0, or by a signal.</summary>
    ContainerExitedWithError,
    /// <summary>The agent could not run the job (working directory, user, spool).</summary>
    ExecutorError,
    /// <summary><c>max_duration</c> is over.</summary>
    MaxDurationExceeded,
    /// <summary>The log reached its quota.</summary>
    LogQuotaExceeded,

    /// <summary>Gantry: the process is gone and left no exit record (power loss, <c>kill -9</c> of everything). Never guessed, never restarted by itself.</summary>
    ProcessLost,
    /// <summary>Gantry: no room left for the job's log, on its host or on the server.</summary>
    DiskFull,
}

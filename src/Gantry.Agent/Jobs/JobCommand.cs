namespace Gantry.Agent.Jobs;

/// <summary>What a job's keeper is to do.</summary>
internal enum JobAct
{
    /// <summary>Start the job if it never was.</summary>
    Want,
    /// <summary>End it.</summary>
    Stop,
    /// <summary>End it: its lease is over.</summary>
    EndLease,
    /// <summary>See what changed.</summary>
    Look,
    /// <summary>Remove it.</summary>
    Forget,
}

/// <summary>An entry of a keeper's queue.</summary>
/// <param name="Act">What to do.</param>
/// <param name="GraceSeconds">For <see cref="JobAct.Stop"/>: seconds until SIGKILL; null for never.</param>
internal readonly record struct JobCommand(JobAct Act, double? GraceSeconds = null);

namespace Gantry.Agent.Jobs;

/// <summary>How long a job's keeper waits for what.</summary>
internal static class JobPatience
{
    /// <summary>After the end of the main process, for the end of its output, before what it left behind is killed. Mostly it takes a millisecond.</summary>
    public static readonly TimeSpan Leftover = TimeSpan.FromMilliseconds(20);

    /// <summary>For processes that may be the job's and are just becoming another program, so that nobody can read their mark. On a busy host that takes a while.</summary>
    public static readonly TimeSpan Unsure = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two looks at processes that were killed: a signal takes a moment.</summary>
    public static readonly TimeSpan KillPause = TimeSpan.FromMilliseconds(2);

    /// <summary>For output that something unknown holds open, and for killed processes that do not go (uninterruptible sleep).</summary>
    public static readonly TimeSpan Output = TimeSpan.FromSeconds(2);

    /// <summary>Between SIGTERM and SIGKILL for a job whose output can not be kept any more.</summary>
    public const double WithoutOutputSeconds = 10;

    /// <summary>What .NET's timers take; what is due later is looked at again then.</summary>
    public static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);
}

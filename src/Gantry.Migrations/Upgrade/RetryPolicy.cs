namespace Gantry.Migrations.Upgrade;

/// <summary>When something transient is tried again: soon at first, then less often, never in step with others, and not for ever.</summary>
/// <param name="limit">How long after the first failure to give up.</param>
internal sealed class RetryPolicy(TimeSpan limit)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>How long to wait before the next attempt; null to give up.</summary>
    /// <param name="attempt">Which attempt failed, from 1.</param>
    /// <param name="elapsed">Since the first failure.</param>
    /// <param name="jitter">A random number from 0 to 1.</param>
    public TimeSpan? Next(int attempt, TimeSpan elapsed, double jitter)
    {
        if (elapsed >= limit)
            return null;
        var full = TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Min(attempt - 1, 10)));
        return full * (0.5 + jitter);
    }
}

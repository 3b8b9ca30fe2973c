using Gantry.Model.States;

namespace Gantry.Engine.Runs;

/// <summary>One finished submission, for counting failures.</summary>
/// <param name="SubmittedAt">When it was created.</param>
/// <param name="StartedAt">When its process started, if it did.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="Status">How it ended.</param>
public sealed record PastAttempt(DateTimeOffset SubmittedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, JobStatus Status);

/// <summary>
/// How long a retry waits: 15 s, 30 s, 1 min, 2 min, 4 min, 8 min, then 10 min, each up to a fifth longer.
/// The extra is drawn from the run's id and the attempt's number, so that a hundred runs that a host's death
/// interrupted do not all come back in the same second, and the same run always waits the same.
/// An attempt that ran for ten minutes or longer starts the sequence anew: it was no crash loop.
/// </summary>
public static class Backoff
{
    /// <summary>The first wait.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(15);
    /// <summary>The longest wait, before the jitter.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    /// <summary>Share of the wait that jitter adds at most.</summary>
    public const double Jitter = 0.2;
    /// <summary>An attempt that ran for so long begins a new sequence.</summary>
    public static readonly TimeSpan Healthy = TimeSpan.FromMinutes(10);

    /// <summary>The wait before the next attempt of a run of which <paramref name="failedInARow"/> attempts failed before the one that failed now.</summary>
    public static TimeSpan Delay(Guid runId, int failedInARow)
    {
        var doublings = Math.Clamp(failedInARow, 0, 30);
        var plain = Math.Min(First.TotalSeconds * Math.Pow(2, doublings), Longest.TotalSeconds);
        return TimeSpan.FromMilliseconds(Math.Floor(plain * 1000 * (1 + (Jitter * Fraction(runId, failedInARow)))));
    }

    /// <summary>
    /// How many of a job's earlier submissions failed in a row, counted back from the newest. A row ends at an attempt that did not
    /// fail, that ran for <see cref="Healthy"/> or longer, or after which more time passed than any backoff (a start by the schedule).
    /// </summary>
    /// <param name="earlier">The submissions before the latest, newest first; the ten newest are enough.</param>
    /// <param name="latestSubmittedAt">When the latest submission was created.</param>
    public static int FailedInARow(IEnumerable<PastAttempt> earlier, DateTimeOffset latestSubmittedAt)
    {
        var count = 0;
        var next = latestSubmittedAt;
        foreach (var attempt in earlier)
        {
            var ended = attempt.FinishedAt ?? attempt.SubmittedAt;
            var isRetried = attempt.Status.IsFinished() && attempt.Status != JobStatus.Done && next - ended <= Longest * (1 + Jitter) + Slack;
            if (!isRetried || WasHealthy(attempt.StartedAt, attempt.FinishedAt))
            {
                break;
            }

            count++;
            next = attempt.SubmittedAt;
        }

        return count;
    }

    /// <summary>Whether an attempt ran long enough to be no crash loop.</summary>
    public static bool WasHealthy(DateTimeOffset? startedAt, DateTimeOffset? finishedAt) =>
        startedAt is { } started && finishedAt is { } finished && finished - started >= Healthy;

    // A server that was busy or down submits late.
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5);

    // FNV-1a: the same on every machine and in every build, unlike GetHashCode.
    private static double Fraction(Guid id, int attempt)
    {
        var hash = 2166136261u;
        foreach (var b in (byte[])[.. id.ToByteArray(), (byte)attempt, (byte)(attempt >> 8)])
        {
            hash = (hash ^ b) * 16777619u;
        }

        return hash / (double)uint.MaxValue;
    }
}

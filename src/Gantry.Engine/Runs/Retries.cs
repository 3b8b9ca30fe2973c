using Gantry.Model.Configurations;
using Gantry.Model.States;

namespace Gantry.Engine.Runs;

/// <summary>
/// Whether a failed attempt is followed by another. As dstack documents it, <c>duration</c> counts from the last failure: an attempt
/// may wait for a host for so long and no longer; failing again and again is slowed by <see cref="Backoff"/>, not ended.
/// A run whose first attempt finds no host waits; with <c>no-capacity</c> in its policy it waits for <c>duration</c>.
/// </summary>
internal static class Retries
{
    /// <summary>What to do about failed jobs.</summary>
    public enum Verdict
    {
        /// <summary>No policy, or none of the failures is covered.</summary>
        Fail,
        /// <summary>The policy's time was used up in waiting for a host.</summary>
        GiveUp,
        /// <summary>Another attempt.</summary>
        Retry,
    }

    /// <summary>
    /// One covered failure is enough: when a node's host goes down, the other nodes fail of it with errors of their own.
    /// </summary>
    public static Verdict Judge(RunState run, IReadOnlyList<JobState> failed)
    {
        if (run.Policy.Retry is not { } policy)
        {
            return Verdict.Fail;
        }

        if (failed.FirstOrDefault(job => job.TerminationReason == JobTerminationReason.FailedToStartDueToNoCapacity) is { } unplaced)
        {
            return LimitsWaiting(run, unplaced) ? Verdict.GiveUp : Verdict.Fail;
        }

        var isCovered = failed.Any(job => JobOutcomes.EventOf(job.TerminationReason) is { } e && policy.OnEvents.Contains(e));
        return isCovered ? policy.Duration > 0 ? Verdict.Retry : Verdict.GiveUp : Verdict.Fail;
    }

    /// <summary>Whether the policy limits how long this submission may wait for a host.</summary>
    public static bool LimitsWaiting(RunState run, JobState job) =>
        run.Policy.Retry is { } policy && (policy.OnEvents.Contains(RetryEvent.NoCapacity) || FailedBefore(run, job) > 0);

    /// <summary>When the next attempt is due, once all jobs of the failed one have ended.</summary>
    public static DateTimeOffset DueAt(RunState run, IReadOnlyList<JobState> jobs, DateTimeOffset now)
    {
        var ended = jobs.Max(job => job.FinishedAt) ?? now;
        var wasHealthy = jobs.Any(job => Backoff.WasHealthy(job.StartedAt, job.FinishedAt));
        var delay = Backoff.Delay(run.Id, wasHealthy ? 0 : jobs.Max(job => FailedBefore(run, job)));
        var patience = TimeSpan.FromSeconds(run.Policy.Retry!.Duration);
        return ended + (delay < patience ? delay : patience);
    }

    // Without a look at the earlier submissions: each of a run that has no schedule failed, or there would be no later one.
    private static int FailedBefore(RunState run, JobState job) =>
        run.FailedInARow ?? (run.Policy.Schedule is null ? job.SubmissionNum : 0);
}

using Gantry.Model.Configurations;
using Gantry.Model.States;

namespace Gantry.Engine.Runs;

/// <summary>What the latest submissions of a run's jobs amount to, taken together.</summary>
internal sealed record Attempt
{
    /// <summary>How the attempt stands.</summary>
    public enum Standing
    {
        /// <summary>It goes on.</summary>
        Open,
        /// <summary>All that its <c>stop_criteria</c> ask for is done.</summary>
        Succeeded,
        /// <summary>A job failed.</summary>
        Failed,
        /// <summary>A limit of its own configuration stopped it.</summary>
        Limited,
        /// <summary>A user's stop has reached its jobs.</summary>
        Stopped,
        /// <summary>All jobs have ended without anything that explains it.</summary>
        Unexplained,
    }

    /// <summary>How it stands.</summary>
    public required Standing Is { get; init; }

    /// <summary>The jobs that made it so, in order of their numbers.</summary>
    public IReadOnlyList<JobState> Culprits { get; init; } = [];

    /// <summary>Judges jobs as they are now.</summary>
    public static Attempt Of(RunPolicy policy, IReadOnlyList<JobState> jobs)
    {
        var ending = jobs.Where(job => job.Status.IsFinished() || job.Status == JobStatus.Terminating).OrderBy(job => job.JobNum).ToList();

        // Before failures: once the master is done, what its workers make of its going is of no interest.
        if (policy.StopCriteria == StopCriteria.MasterDone && jobs.Any(job => job is { JobNum: 0, Status: JobStatus.Done }))
        {
            return new() { Is = Standing.Succeeded };
        }

        if (ending.Where(job => JobOutcomes.IsFailure(job.TerminationReason)).ToList() is { Count: > 0 } failed)
        {
            return new() { Is = Standing.Failed, Culprits = failed };
        }

        if (ending.Where(job => JobOutcomes.IsLimit(job.TerminationReason)).ToList() is { Count: > 0 } limited)
        {
            return new() { Is = Standing.Limited, Culprits = limited };
        }

        if (ending.Where(IsUserStop).ToList() is { Count: > 0 } stopped)
        {
            return new() { Is = Standing.Stopped, Culprits = stopped };
        }

        if (jobs.Count > 0 && jobs.All(job => job.Status == JobStatus.Done))
        {
            return new() { Is = Standing.Succeeded };
        }

        return new() { Is = jobs.All(job => job.Status.IsFinished()) ? Standing.Unexplained : Standing.Open };
    }

    private static bool IsUserStop(JobState job) =>
        job.TerminationReason is JobTerminationReason.TerminatedByUser or JobTerminationReason.AbortedByUser;
}

using Gantry.Model.States;

namespace Gantry.Engine.Runs;

/// <summary>The life of a run and its jobs, as a pure function.</summary>
public static class RunLifecycle
{
    /// <summary>What to do with a run that was just submitted (its status is <see cref="RunStatus.Pending"/>, it has no jobs).</summary>
    public static RunStep Start(RunState run, DateTimeOffset now) => throw new NotImplementedException();

    /// <summary>
    /// What to do next. Called after every change and at <see cref="RunStep.WakeAt"/>; the caller applies the step and asks
    /// again until it is empty. <paramref name="jobs"/> holds the latest submission of each job.
    /// </summary>
    public static RunStep Next(RunState run, IReadOnlyList<JobState> jobs, DateTimeOffset now) => throw new NotImplementedException();

    /// <summary>What a user's stop changes: graceful, or at once. Empty for a run that is ending already (an abort after a stop is not empty).</summary>
    public static RunStep Stop(RunState run, IReadOnlyList<JobState> jobs, bool abort, DateTimeOffset now) => throw new NotImplementedException();

    /// <summary>Whether this placed job may be given to its agent now, by the run's startup order.</summary>
    public static bool MayStart(RunPolicy policy, JobState job, IReadOnlyList<JobState> jobs) => throw new NotImplementedException();

    /// <summary>
    /// How to end a job's process now: null while it should go on; otherwise seconds between SIGTERM and SIGKILL, where
    /// <see cref="double.PositiveInfinity"/> never kills and 0 kills at once.
    /// </summary>
    public static double? StopGrace(JobState job, TimeSpan? stopDuration) => throw new NotImplementedException();
}

using Gantry.Model.States;

namespace Gantry.Engine.Runs;

/// <summary>The changes to a run's jobs that one step gathers, and the jobs as they will be: at most one change each.</summary>
internal sealed class JobChanges(IReadOnlyList<JobState> jobs)
{
    private readonly JobState[] jobs = [.. jobs];
    private readonly JobStep?[] steps = new JobStep?[jobs.Count];

    /// <summary>The jobs with the changes so far.</summary>
    public IReadOnlyList<JobState> Jobs => jobs;

    /// <summary>Whether every job will have ended.</summary>
    public bool AllFinished => jobs.All(job => job.Status.IsFinished());

    /// <summary>Moves each job on by what was observed of it and by its deadlines.</summary>
    public void Advance(RunState run, DateTimeOffset now)
    {
        for (var i = 0; i < jobs.Length; i++)
        {
            Apply(i, JobTransitions.Next(run, jobs[i], now));
        }
    }

    /// <summary>Ends the jobs that are terminating and whose process is no more.</summary>
    public void Finish(RunState run, DateTimeOffset now)
    {
        for (var i = 0; i < jobs.Length; i++)
        {
            if (jobs[i].Status == JobStatus.Terminating)
            {
                Apply(i, JobTransitions.Next(run, jobs[i], now));
            }
        }
    }

    /// <summary>Begins to end each job that is not ending yet.</summary>
    public void StopAll(JobTerminationReason reason, string? message = null, Guid? only = null)
    {
        for (var i = 0; i < jobs.Length; i++)
        {
            var goesOn = jobs[i].Status != JobStatus.Terminating && !jobs[i].Status.IsFinished();
            if (goesOn && (only is null || only == jobs[i].Id))
            {
                Apply(i, JobTransitions.Terminate(jobs[i], reason, message));
            }
        }
    }

    /// <summary>Makes graceful stops that are under way abrupt.</summary>
    public void HardenStops()
    {
        for (var i = 0; i < jobs.Length; i++)
        {
            if (jobs[i].Status == JobStatus.Terminating && !JobTransitions.HasEnded(jobs[i])
                && jobs[i].TerminationReason != JobTerminationReason.AbortedByUser)
            {
                Apply(i, JobTransitions.Terminate(jobs[i], JobTerminationReason.AbortedByUser));
            }
        }
    }

    /// <summary>The changes.</summary>
    public RunStep Step() => new() { Jobs = [.. steps.OfType<JobStep>()] };

    /// <summary>The first deadline of any job.</summary>
    public DateTimeOffset? Deadline(RunState run) =>
        jobs.SelectMany(job => (DateTimeOffset?[])[JobTransitions.MaxDurationDeadline(job), JobTransitions.InactivityDeadline(run, job), JobTransitions.WaitDeadline(run, job)]).Min();

    private void Apply(int index, JobStep? step)
    {
        if (step is not null)
        {
            steps[index] = step;
            jobs[index] = jobs[index].After(step);
        }
    }
}

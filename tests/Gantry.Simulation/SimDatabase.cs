using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.States;

namespace Gantry.Simulation;

/// <summary>The rows: all that outlives a server.</summary>
internal sealed class SimDatabase
{
    public Dictionary<Guid, RunRow> Runs { get; } = [];

    private readonly Dictionary<Guid, RunRow> active = [];
    private readonly Dictionary<Guid, (RunRow Run, JobRow Job)> jobs = [];

    /// <summary>The runs that have not ended, in the order in which they came.</summary>
    public IReadOnlyCollection<RunRow> Active => active.Values;

    /// <summary>A submission by its id.</summary>
    public (RunRow Run, JobRow Job)? Find(Guid jobId) => jobs.TryGetValue(jobId, out var found) ? found : null;

    public void Add(RunRow run)
    {
        Runs.Add(run.State.Id, run);
        active.Add(run.State.Id, run);
    }

    /// <summary>A run with all submissions of its jobs.</summary>
    public sealed class RunRow
    {
        public required RunState State { get; set; }
        public required int Priority { get; init; }
        public required Requirements Requirements { get; init; }
        public required Behaviour Behaviour { get; init; }
        public required TimeSpan? StopDuration { get; init; }
        public required TimeSpan? MaxDuration { get; init; }
        public List<JobRow> Jobs { get; } = [];

        /// <summary>The latest submission of each job.</summary>
        public JobRow[] Latest => Jobs.Count == 0 ? [] : [.. Jobs[^State.Policy.Nodes..]];
    }

    /// <summary>One submission of a job.</summary>
    public sealed class JobRow
    {
        public required JobState State { get; set; }
        public SimAgent? Host { get; set; }
        public bool Leased { get; set; }
    }

    /// <summary>Applies a step in one transaction.</summary>
    public void Apply(RunRow run, RunStep step, DateTimeOffset now, Chance chance)
    {
        var before = run.State;
        Assert.False(before.Status.IsFinished() && !step.IsEmpty, "A finished run changes.");
        foreach (var change in step.Jobs)
        {
            var job = jobs[change.JobId].Job;
            Assert.False(job.State.Status.IsFinished(), "A finished job changes.");
            job.State = job.State.After(change);
        }

        var status = step.Status ?? before.Status;
        run.State = before with
        {
            Status = status,
            TerminationReason = step.TerminationReason ?? before.TerminationReason,
            NextTriggeredAt = status == RunStatus.Pending ? step.NextTriggeredAt ?? before.NextTriggeredAt : null,
        };
        if (status.IsFinished())
        {
            active.Remove(run.State.Id);
        }

        if (step.SubmitJobs)
        {
            var number = run.Jobs.Count / run.State.Policy.Nodes;
            for (var node = 0; node < run.State.Policy.Nodes; node++)
            {
                var job = new JobRow
                {
                    State = new JobState
                    {
                        Id = chance.NewId(),
                        JobNum = node,
                        SubmissionNum = number,
                        Status = JobStatus.Submitted,
                        SubmittedAt = now,
                        MaxDuration = run.MaxDuration,
                    },
                };
                run.Jobs.Add(job);
                jobs.Add(job.State.Id, (run, job));
            }
        }
    }
}

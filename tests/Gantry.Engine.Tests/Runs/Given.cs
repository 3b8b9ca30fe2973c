using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Link;
using Gantry.Model.States;

namespace Gantry.Engine.Tests.Runs;

/// <summary>Runs and jobs to decide about.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public static readonly RetryPolicy RetryAll = new([RetryEvent.NoCapacity, RetryEvent.Interruption, RetryEvent.Error], 3600);

    public static RunState Run(RunStatus status, RunPolicy? policy = null, RunTerminationReason? reason = null) => new()
    {
        Id = new Guid("3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
        Status = status,
        TerminationReason = reason,
        SubmittedAt = Now.AddMinutes(-5),
        Policy = policy ?? Policy(),
    };

    public static RunPolicy Policy(
        int nodes = 1,
        RetryPolicy? retry = null,
        StopCriteria stop = StopCriteria.AllDone,
        StartupOrder order = StartupOrder.Any,
        string? cron = null) => new()
        {
            Nodes = nodes,
            Retry = retry,
            StopCriteria = stop,
            StartupOrder = order,
            Schedule = cron is null ? null : [cron],
        };

    public static JobState Job(JobStatus status = JobStatus.Submitted, int num = 0, JobTerminationReason? reason = null) => new()
    {
        Id = new Guid(num, 1, 2, [3, 4, 5, 6, 7, 8, 9, 10]),
        JobNum = num,
        SubmissionNum = 0,
        Status = status,
        TerminationReason = reason,
        SubmittedAt = Now.AddMinutes(-5),
        Placed = status != JobStatus.Submitted,
    };

    public static JobState Running(int num = 0) =>
        Job(JobStatus.Running, num) with { Observed = ObservedState.Running, StartedAt = Now.AddMinutes(-4) };

    public static JobState Exits(this JobState job, int status, int? signal = null) =>
        job with { Observed = ObservedState.Exited, ExitStatus = status, Signal = signal };

    public static JobState Observe(this JobState job, ObservedState state, string? error = null) => job with { Observed = state, Error = error };

    /// <summary>Applies steps until there is none, as a server does.</summary>
    public static (RunState Run, JobState[] Jobs, RunStep Last, int Steps) Settle(RunState run, IReadOnlyList<JobState> jobs, DateTimeOffset now)
    {
        var current = jobs.ToArray();
        for (var steps = 0; ; steps++)
        {
            Assert.True(steps < 10, "It never settles.");
            var step = RunLifecycle.Next(run, current, now);
            if (step.IsEmpty)
            {
                return (run, current, step, steps);
            }

            (run, current) = Apply(run, current, step, now);
        }
    }

    public static (RunState Run, JobState[] Jobs) Apply(RunState run, IReadOnlyList<JobState> jobs, RunStep step, DateTimeOffset now)
    {
        var byId = step.Jobs.ToDictionary(change => change.JobId);
        var next = jobs.Select(job => byId.TryGetValue(job.Id, out var change) ? job.After(change) : job).ToArray();
        if (step.SubmitJobs)
        {
            var number = jobs.Count == 0 ? 0 : jobs.Max(job => job.SubmissionNum) + 1;
            next = [.. Enumerable.Range(0, run.Policy.Nodes).Select(node => new JobState
            {
                Id = Guid.NewGuid(),
                JobNum = node,
                SubmissionNum = number,
                Status = JobStatus.Submitted,
                SubmittedAt = now,
                MaxDuration = jobs.Count == 0 ? null : jobs[0].MaxDuration,
            })];
        }

        return (run with
        {
            Status = step.Status ?? run.Status,
            TerminationReason = step.TerminationReason ?? run.TerminationReason,
            NextTriggeredAt = step.Status is { } status ? status == RunStatus.Pending ? step.NextTriggeredAt : null : run.NextTriggeredAt,
        }, next);
    }
}

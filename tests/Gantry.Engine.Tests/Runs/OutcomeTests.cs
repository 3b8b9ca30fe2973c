using Gantry.Engine.Runs;
using Gantry.Model.Link;
using Gantry.Model.States;

namespace Gantry.Engine.Tests.Runs;

/// <summary>What becomes of a run by what its agents report.</summary>
public sealed class OutcomeTests
{
    [Fact]
    public void Start_WithoutSchedule_SubmitsJobs()
    {
        var step = RunLifecycle.Start(Given.Run(RunStatus.Pending), Given.Now);
        Assert.Equal(RunStatus.Submitted, step.Status);
        Assert.True(step.SubmitJobs);
    }

    [Fact]
    public void Placed_BecomesProvisioning_ThenRunning()
    {
        var (run, jobs, _, _) = Given.Settle(Given.Run(RunStatus.Submitted), [Given.Job() with { Placed = true }], Given.Now);
        Assert.Equal((RunStatus.Provisioning, JobStatus.Provisioning), (run.Status, jobs[0].Status));

        (run, jobs, _, _) = Given.Settle(run, [jobs[0].Observe(ObservedState.Running)], Given.Now);
        Assert.Equal((RunStatus.Running, JobStatus.Running), (run.Status, jobs[0].Status));
    }

    [Fact]
    public void ExitZero_EndsAsDone_ThroughTerminating()
    {
        JobState[] jobs = [Given.Running().Exits(0)];
        var first = RunLifecycle.Next(Given.Run(RunStatus.Running), jobs, Given.Now);
        var change = Assert.Single(first.Jobs);
        Assert.Equal((JobStatus.Terminating, JobTerminationReason.DoneByRunner, 0), (change.Status, change.TerminationReason, change.ExitStatus));

        var (run, after, _, _) = Given.Settle(Given.Run(RunStatus.Running), jobs, Given.Now);
        Assert.Equal((RunStatus.Done, RunTerminationReason.AllJobsDone), (run.Status, run.TerminationReason));
        Assert.Equal((JobStatus.Done, Given.Now), (after[0].Status, after[0].FinishedAt));
    }

    [Fact]
    public void ExitZero_WithSomethingThatItsAgentSaysOfIt_EndsAsDoneAndKeepsTheWords()
    {
        var (run, after, _, _) = Given.Settle(Given.Run(RunStatus.Running), [Given.Running().Exits(0) with { Error = "its log has gaps" }], Given.Now);

        Assert.Equal((RunStatus.Done, JobStatus.Done, "its log has gaps"), (run.Status, after[0].Status, after[0].TerminationMessage));
    }

    [Fact]
    public void ExitNotZero_FailsTheRunWithItsStatus()
    {
        var step = RunLifecycle.Next(Given.Run(RunStatus.Running), [Given.Running().Exits(3)], Given.Now);
        Assert.Equal((RunStatus.Terminating, RunTerminationReason.JobFailed), (step.Status, step.TerminationReason));
        Assert.Equal("Its process exited with status 3.", step.Error);
        Assert.Equal((JobTerminationReason.ContainerExitedWithError, 3), (step.Jobs[0].TerminationReason, step.Jobs[0].ExitStatus));

        var (run, jobs, _, _) = Given.Settle(Given.Run(RunStatus.Running), [Given.Running().Exits(3)], Given.Now);
        Assert.Equal((RunStatus.Failed, JobStatus.Failed), (run.Status, jobs[0].Status));
    }

    [Theory]
    [InlineData(137, 9, "Its process was ended by SIGKILL (often the kernel, for want of memory).")]
    [InlineData(143, null, "By its exit status, its last command was ended by SIGTERM.")]
    [InlineData(1, null, null)]
    public void Signal_IsNamed(int status, int? signal, string? message)
    {
        var step = RunLifecycle.Next(Given.Run(RunStatus.Running), [Given.Running().Exits(status, signal)], Given.Now);
        Assert.Equal(message, step.Jobs[0].Message);
        Assert.Equal(status, step.Jobs[0].ExitStatus);
    }

    [Fact]
    public void Lost_IsReportedAndNotGuessed()
    {
        var step = RunLifecycle.Next(Given.Run(RunStatus.Running), [Given.Running().Observe(ObservedState.Lost)], Given.Now);
        Assert.Equal(JobTerminationReason.ProcessLost, step.Jobs[0].TerminationReason);
        Assert.Equal("Its process is gone and left no exit record, so whether it finished is unknown. It was not started again.", step.Jobs[0].Message);
        Assert.False(step.SubmitJobs);
    }

    [Fact]
    public void StoppedByItsUser_WhileItsHostIsAway_EndsWithTheLeaseAndKeepsItsReason()
    {
        var job = Given.Running() with { Status = JobStatus.Terminating, TerminationReason = JobTerminationReason.TerminatedByUser, Observed = ObservedState.LeaseEnded };
        var run = Given.Run(RunStatus.Terminating) with { TerminationReason = RunTerminationReason.StoppedByUser };

        var step = RunLifecycle.Next(run, [job], Given.Now);

        Assert.Equal((JobStatus.Terminated, JobTerminationReason.TerminatedByUser), (step.Jobs[0].Status, step.Jobs[0].TerminationReason));
        Assert.Equal(RunStatus.Terminated, step.Status);
    }

    [Theory]
    [InlineData(ObservedState.FailedToStart, JobTerminationReason.ExecutorError)]
    [InlineData(ObservedState.DiskFull, JobTerminationReason.DiskFull)]
    [InlineData(ObservedState.LeaseEnded, JobTerminationReason.InstanceUnreachable)]
    public void AgentsError_IsKeptInWords(ObservedState observed, JobTerminationReason reason)
    {
        var step = RunLifecycle.Next(Given.Run(RunStatus.Provisioning), [Given.Job(JobStatus.Provisioning).Observe(observed, "It says why.")], Given.Now);
        Assert.Equal((reason, "It says why."), (step.Jobs[0].TerminationReason, step.Jobs[0].Message));
        Assert.Equal("It says why.", step.Error);
    }

    [Fact]
    public void MaxDuration_StopsGracefully_AndEndsAsTerminated()
    {
        var job = Given.Running() with { MaxDuration = TimeSpan.FromMinutes(10) };
        var deadline = job.StartedAt!.Value.AddMinutes(10);
        var before = RunLifecycle.Next(Given.Run(RunStatus.Running), [job], Given.Now);
        Assert.True(before.IsEmpty);
        Assert.Equal(deadline, before.WakeAt);

        var (run, jobs, _, _) = Given.Settle(Given.Run(RunStatus.Running), [job], deadline);
        Assert.Equal((RunStatus.Terminating, JobStatus.Terminating), (run.Status, jobs[0].Status));
        Assert.Equal(300, RunLifecycle.StopGrace(jobs[0], TimeSpan.FromMinutes(5)));

        (run, jobs, _, _) = Given.Settle(run, [jobs[0].Exits(143)], deadline.AddSeconds(1));
        Assert.Equal((RunStatus.Terminated, RunTerminationReason.StoppedByLimit), (run.Status, run.TerminationReason));
        Assert.Equal((JobStatus.Terminated, JobTerminationReason.MaxDurationExceeded), (jobs[0].Status, jobs[0].TerminationReason));
        Assert.Equal("max duration", StatusMessages.Run(run.Status, run.TerminationReason, jobs));
    }

    [Fact]
    public void Fail_ByTheServer_StopsTheProcessAndKeepsTheReason()
    {
        var job = Given.Running();
        var (run, jobs) = Given.Apply(
            Given.Run(RunStatus.Running), [job], RunLifecycle.Fail([job], job.Id, JobTerminationReason.DiskFull, "No room for the log on the server."), Given.Now);
        (run, jobs, _, _) = Given.Settle(run, jobs, Given.Now);
        Assert.Equal((RunStatus.Terminating, JobStatus.Terminating), (run.Status, jobs[0].Status));
        Assert.Equal(300, RunLifecycle.StopGrace(jobs[0], TimeSpan.FromSeconds(300)));

        (run, jobs, _, _) = Given.Settle(run, [jobs[0].Exits(0)], Given.Now);
        Assert.Equal((RunStatus.Failed, JobTerminationReason.DiskFull), (run.Status, jobs[0].TerminationReason));
    }

    [Fact]
    public void Refuse_FailsAWaitingRun_WithTheSentence()
    {
        var job = Given.Job();
        var step = RunLifecycle.Refuse(Given.Run(RunStatus.Submitted), [job], "No host can hold it: it needs 64 CPUs; host a has 2.");
        var (run, jobs) = Given.Apply(Given.Run(RunStatus.Submitted), [job], step, Given.Now);
        (run, jobs, _, _) = Given.Settle(run, jobs, Given.Now);
        Assert.Equal((RunStatus.Failed, RunTerminationReason.JobFailed), (run.Status, run.TerminationReason));
        Assert.Equal((JobStatus.Failed, JobTerminationReason.FailedToStartDueToNoCapacity), (jobs[0].Status, jobs[0].TerminationReason));
        Assert.Equal("no capacity", StatusMessages.Job(jobs[0]));
    }

    [Fact]
    public void Refuse_OfAPlacedRun_IsEmpty() =>
        Assert.True(RunLifecycle.Refuse(Given.Run(RunStatus.Submitted), [Given.Job() with { Placed = true }], "No.").IsEmpty);
}

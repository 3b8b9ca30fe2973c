using Gantry.Engine.Runs;
using Gantry.Model.Configurations;
using Gantry.Model.Link;
using Gantry.Model.States;

namespace Gantry.Engine.Tests.Runs;

/// <summary>Runs of several nodes.</summary>
public sealed class GangTests
{
    [Fact]
    public void OneFailedNode_StopsTheOthers_AndFailsTheRun()
    {
        var (run, jobs, _, _) = Given.Settle(Given.Run(RunStatus.Running, Given.Policy(2)), [Given.Running(0), Given.Running(1).Exits(2)], Given.Now);
        Assert.Equal((RunStatus.Terminating, RunTerminationReason.JobFailed), (run.Status, run.TerminationReason));
        Assert.Equal((JobStatus.Terminating, JobTerminationReason.TerminatedByServer), (jobs[0].Status, jobs[0].TerminationReason));
        Assert.Equal("Stopped because of node 1: Its process exited with status 2.", jobs[0].TerminationMessage);
        Assert.Equal(JobStatus.Failed, jobs[1].Status);

        (run, jobs, _, _) = Given.Settle(run, [jobs[0].Exits(143), jobs[1]], Given.Now);
        Assert.Equal((RunStatus.Failed, JobStatus.Terminated), (run.Status, jobs[0].Status));
        Assert.Equal("exited (2)", StatusMessages.Run(run.Status, run.TerminationReason, jobs));
    }

    [Fact]
    public void OneFailedNode_WithRetry_ResubmitsAllOnceAllHaveEnded()
    {
        var policy = Given.Policy(2, Given.RetryAll);
        var (run, jobs, _, _) = Given.Settle(Given.Run(RunStatus.Running, policy), [Given.Running(0), Given.Running(1).Exits(2)], Given.Now);
        Assert.Equal((RunStatus.Running, JobStatus.Terminating), (run.Status, jobs[0].Status));

        (run, jobs, _, _) = Given.Settle(run, [jobs[0].Exits(143), jobs[1]], Given.Now.AddSeconds(20));
        Assert.Equal(RunStatus.Pending, run.Status);
        Assert.Equal("retrying", StatusMessages.Run(run.Status, run.TerminationReason, jobs));

        (run, jobs, _, _) = Given.Settle(run, jobs, run.NextTriggeredAt!.Value);
        Assert.Equal(RunStatus.Submitted, run.Status);
        Assert.All(jobs, job => Assert.Equal((1, JobStatus.Submitted), (job.SubmissionNum, job.Status)));
    }

    [Fact]
    public void MasterDone_EndsTheRunAsDone()
    {
        var policy = Given.Policy(2, stop: StopCriteria.MasterDone);
        var (run, jobs, _, _) = Given.Settle(Given.Run(RunStatus.Running, policy), [Given.Running(0).Exits(0), Given.Running(1)], Given.Now);
        Assert.Equal((RunStatus.Terminating, RunTerminationReason.AllJobsDone), (run.Status, run.TerminationReason));
        Assert.Equal((JobStatus.Terminating, "Stopped because the master is done."), (jobs[1].Status, jobs[1].TerminationMessage));

        (run, _, _, _) = Given.Settle(run, [jobs[0], jobs[1].Exits(143)], Given.Now);
        Assert.Equal(RunStatus.Done, run.Status);
    }

    [Fact]
    public void AllDone_WaitsForTheLast()
    {
        var (run, jobs, _, _) = Given.Settle(Given.Run(RunStatus.Running, Given.Policy(2)), [Given.Running(0).Exits(0), Given.Running(1)], Given.Now);
        Assert.Equal((RunStatus.Running, JobStatus.Done, JobStatus.Running), (run.Status, jobs[0].Status, jobs[1].Status));
    }

    [Fact]
    public void MasterFirst_HoldsWorkersUntilTheMasterRuns()
    {
        var policy = Given.Policy(2, order: StartupOrder.MasterFirst);
        JobState[] jobs = [Given.Job(JobStatus.Provisioning, 0), Given.Job(JobStatus.Provisioning, 1)];
        Assert.True(RunLifecycle.MayStart(policy, jobs[0], jobs));
        Assert.False(RunLifecycle.MayStart(policy, jobs[1], jobs));
        Assert.True(RunLifecycle.MayStart(policy, jobs[1], [Given.Running(0), jobs[1]]));
        // A master that was done before its workers were started has run.
        Assert.True(RunLifecycle.MayStart(policy, jobs[1], [Given.Job(JobStatus.Done, 0), jobs[1]]));
    }

    [Fact]
    public void WorkersFirst_HoldsTheMasterUntilAllWorkersRun()
    {
        var policy = Given.Policy(3, order: StartupOrder.WorkersFirst);
        JobState[] jobs = [Given.Job(JobStatus.Provisioning, 0), Given.Running(1), Given.Job(JobStatus.Provisioning, 2)];
        Assert.False(RunLifecycle.MayStart(policy, jobs[0], jobs));
        Assert.True(RunLifecycle.MayStart(policy, jobs[2], jobs));
        Assert.True(RunLifecycle.MayStart(policy, jobs[0], [jobs[0], jobs[1], jobs[2].Observe(ObservedState.Running)]));
    }

    [Fact]
    public void MayStart_OfAJobThatIsBeingStopped_IsFalse()
    {
        var job = Given.Job(JobStatus.Terminating, reason: JobTerminationReason.TerminatedByUser);
        Assert.False(RunLifecycle.MayStart(Given.Policy(), job, [job]));
    }
}

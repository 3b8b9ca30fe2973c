using Gantry.Engine.Runs;
using Gantry.Model.Link;
using Gantry.Model.States;

namespace Gantry.Engine.Tests.Runs;

public sealed class StopTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    [Fact]
    public void Stop_OfAWaitingRun_EndsAtOnce()
    {
        var (run, jobs) = Stop(Given.Run(RunStatus.Submitted), [Given.Job()], abort: false);
        (run, jobs, _, _) = Given.Settle(run, jobs, Given.Now);
        Assert.Equal((RunStatus.Terminated, RunTerminationReason.StoppedByUser), (run.Status, run.TerminationReason));
        Assert.Equal((JobStatus.Terminated, JobTerminationReason.TerminatedByUser), (jobs[0].Status, jobs[0].TerminationReason));
    }

    [Fact]
    public void Stop_OfAPlacedRun_WaitsForItsAgent()
    {
        // Nothing was heard of the job: it may run all the same.
        var (run, jobs) = Stop(Given.Run(RunStatus.Provisioning), [Given.Job(JobStatus.Provisioning)], abort: false);
        (run, jobs, _, _) = Given.Settle(run, jobs, Given.Now);
        Assert.Equal((RunStatus.Terminating, JobStatus.Terminating), (run.Status, jobs[0].Status));
        Assert.Equal(Grace.TotalSeconds, RunLifecycle.StopGrace(jobs[0], Grace));

        (run, jobs, _, _) = Given.Settle(run, [jobs[0].Observe(ObservedState.FailedToStart)], Given.Now);
        Assert.Equal((RunStatus.Terminated, JobTerminationReason.TerminatedByUser), (run.Status, jobs[0].TerminationReason));
    }

    [Fact]
    public void Stop_ThenExit_KeepsTheReasonAndRecordsTheStatus()
    {
        var (run, jobs) = Stop(Given.Run(RunStatus.Running), [Given.Running()], abort: false);
        var step = RunLifecycle.Next(run, [jobs[0].Exits(143, 15)], Given.Now);
        var change = Assert.Single(step.Jobs);
        Assert.Equal((JobStatus.Terminated, JobTerminationReason.TerminatedByUser, 143), (change.Status, change.TerminationReason, change.ExitStatus));
        Assert.Equal("stopped", StatusMessages.Job(jobs[0].After(change)));
    }

    [Fact]
    public void Abort_KillsAtOnce_AndEndsAsAborted()
    {
        var (run, jobs) = Stop(Given.Run(RunStatus.Running), [Given.Running()], abort: true);
        Assert.Equal(0, RunLifecycle.StopGrace(jobs[0], Grace));
        (run, jobs, _, _) = Given.Settle(run, [jobs[0].Exits(137, 9)], Given.Now);
        Assert.Equal((RunStatus.Terminated, RunTerminationReason.AbortedByUser), (run.Status, run.TerminationReason));
        Assert.Equal(JobStatus.Aborted, jobs[0].Status);
    }

    [Fact]
    public void Abort_AfterAStop_Hardens_ASecondTimeIsEmpty()
    {
        var (run, jobs) = Stop(Given.Run(RunStatus.Running), [Given.Running()], abort: false);
        Assert.True(RunLifecycle.Stop(run, jobs, abort: false, Given.Now).IsEmpty);

        (run, jobs) = Stop(run, jobs, abort: true);
        Assert.Equal((RunTerminationReason.AbortedByUser, JobTerminationReason.AbortedByUser), (run.TerminationReason, jobs[0].TerminationReason));
        Assert.Empty(RunLifecycle.Stop(run, jobs, abort: true, Given.Now).Jobs);
    }

    [Fact]
    public void Stop_OfAScheduledRun_EndsItForGood()
    {
        var pending = RunLifecycle.Start(Given.Run(RunStatus.Pending, Given.Policy(cron: "0 3 * * *")), Given.Now);
        var (run, jobs) = Given.Apply(Given.Run(RunStatus.Pending, Given.Policy(cron: "0 3 * * *")), [], pending, Given.Now);
        (run, jobs) = Stop(run, jobs, abort: false);
        (run, _, _, _) = Given.Settle(run, jobs, Given.Now);
        Assert.Equal(RunStatus.Terminated, run.Status);
    }

    [Theory]
    [InlineData(RunStatus.Done)]
    [InlineData(RunStatus.Failed)]
    [InlineData(RunStatus.Terminated)]
    public void Stop_OfAFinishedRun_IsEmpty(RunStatus status) =>
        Assert.True(RunLifecycle.Stop(Given.Run(status), [], abort: true, Given.Now).IsEmpty);

    [Fact]
    public void StopGrace_OffNeverKills() =>
        Assert.Equal(double.PositiveInfinity, RunLifecycle.StopGrace(Given.Job(JobStatus.Terminating, reason: JobTerminationReason.TerminatedByUser), null));

    [Fact]
    public void StopGrace_OfAJobThatGoesOnOrHasEnded_IsNull()
    {
        Assert.Null(RunLifecycle.StopGrace(Given.Running(), Grace));
        Assert.Null(RunLifecycle.StopGrace(Given.Job(JobStatus.Terminating, reason: JobTerminationReason.DoneByRunner).Exits(0), Grace));
        Assert.Null(RunLifecycle.StopGrace(Given.Job(JobStatus.Terminated, reason: JobTerminationReason.TerminatedByUser), Grace));
    }

    private static (RunState Run, JobState[] Jobs) Stop(RunState run, JobState[] jobs, bool abort) =>
        Given.Apply(run, jobs, RunLifecycle.Stop(run, jobs, abort, Given.Now), Given.Now);
}

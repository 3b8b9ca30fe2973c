using Gantry.Engine.Runs;
using Gantry.Model.States;

namespace Gantry.Engine.Tests.Runs;

/// <summary>The words of dstack's own server, as recorded, and Gantry's in the same tone.</summary>
public sealed class MessagesTests
{
    [Fact]
    public void Events_AreWordedAsRecorded()
    {
        Assert.Equal("Run submitted. Status: SUBMITTED", EventMessages.RunSubmitted(RunStatus.Submitted));
        Assert.Equal("Job created on run submission. Status: SUBMITTED", EventMessages.JobCreated(JobStatus.Submitted));
        Assert.Equal(
            "Job status changed SUBMITTED -> TERMINATING. Termination reason: FAILED_TO_START_DUE_TO_NO_CAPACITY (No matching fleet found.)",
            EventMessages.JobStatusChanged(
                JobStatus.Submitted, JobStatus.Terminating, JobTerminationReason.FailedToStartDueToNoCapacity, "No matching fleet found."));
        Assert.Equal(
            "Job status changed TERMINATING -> FAILED",
            EventMessages.JobStatusChanged(JobStatus.Terminating, JobStatus.Failed, JobTerminationReason.FailedToStartDueToNoCapacity, "No matching fleet found."));
        Assert.Equal(
            "Run status changed SUBMITTED -> TERMINATING. Termination reason: JOB_FAILED",
            EventMessages.RunStatusChanged(RunStatus.Submitted, RunStatus.Terminating, RunTerminationReason.JobFailed));
        Assert.Equal(
            "Run status changed TERMINATING -> FAILED",
            EventMessages.RunStatusChanged(RunStatus.Terminating, RunStatus.Failed, RunTerminationReason.JobFailed));
    }

    [Theory]
    [InlineData(JobStatus.Submitted, null, null, "submitted")]
    [InlineData(JobStatus.Pulling, null, null, "pulling")]
    [InlineData(JobStatus.Terminating, JobTerminationReason.ContainerExitedWithError, 3, "terminating")]
    [InlineData(JobStatus.Done, JobTerminationReason.DoneByRunner, 0, "exited (0)")]
    [InlineData(JobStatus.Failed, JobTerminationReason.ContainerExitedWithError, 3, "exited (3)")]
    [InlineData(JobStatus.Failed, JobTerminationReason.ProcessLost, null, "lost")]
    [InlineData(JobStatus.Failed, JobTerminationReason.DiskFull, null, "disk full")]
    [InlineData(JobStatus.Failed, JobTerminationReason.ExecutorError, null, "error")]
    [InlineData(JobStatus.Terminated, JobTerminationReason.TerminatedByUser, 143, "stopped")]
    [InlineData(JobStatus.Terminated, JobTerminationReason.TerminatedByServer, 143, "terminated")]
    [InlineData(JobStatus.Aborted, JobTerminationReason.AbortedByUser, 137, "aborted")]
    public void Job_SaysWhyItEnded(JobStatus status, JobTerminationReason? reason, int? exitStatus, string expected) =>
        Assert.Equal(expected, StatusMessages.Job(status, reason, exitStatus));

    [Fact]
    public void Run_SaysWhatItsJobsKnowBetter()
    {
        var pulling = Given.Job(JobStatus.Pulling);
        var failed = Given.Job(JobStatus.Failed, reason: JobTerminationReason.ContainerExitedWithError) with { ExitStatus = 1 };
        var done = Given.Job(JobStatus.Done, reason: JobTerminationReason.DoneByRunner) with { ExitStatus = 0 };
        Assert.Equal("pulling", StatusMessages.Run(RunStatus.Provisioning, null, [pulling]));
        Assert.Equal("running", StatusMessages.Run(RunStatus.Running, null, [Given.Running(), pulling]));
        Assert.Equal("pending", StatusMessages.Run(RunStatus.Pending, null, [done]));
        Assert.Equal("retrying", StatusMessages.Run(RunStatus.Pending, null, [failed]));
        Assert.Equal("pending", StatusMessages.Run(RunStatus.Pending, null, [failed], Given.Policy(cron: "0 3 * * *")));
        Assert.Equal("exited (1)", StatusMessages.Run(RunStatus.Failed, RunTerminationReason.JobFailed, [failed]));
        Assert.Equal("done", StatusMessages.Run(RunStatus.Done, RunTerminationReason.AllJobsDone, [done]));
        Assert.Equal("stopped", StatusMessages.Run(RunStatus.Terminated, RunTerminationReason.StoppedByUser, [done]));
        Assert.Equal("aborted", StatusMessages.Run(RunStatus.Terminated, RunTerminationReason.AbortedByUser, [done]));
        Assert.Equal("retry limit exceeded", StatusMessages.Run(RunStatus.Failed, RunTerminationReason.RetryLimitExceeded, [failed]));
    }
}

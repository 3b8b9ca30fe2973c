using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.States;

namespace Gantry.Engine.Tests.Runs;

/// <summary>A dev environment: stays up until it is stopped, or until nobody was attached for long enough.</summary>
public sealed class DevEnvironmentTests
{
    private static readonly DevEnvironmentConfiguration Dev = new() { Name = "dev", Ide = Ide.Vscode };

    [Fact]
    public void Inactivity_WithinItsDuration_WakesAtItsEnd()
    {
        var step = RunLifecycle.Next(Run(TimeSpan.FromHours(2)), [Alone(TimeSpan.FromMinutes(30))], Given.Now);
        Assert.True(step.IsEmpty);
        Assert.Equal(Given.Now.AddMinutes(90), step.WakeAt);
    }

    [Fact]
    public void Inactivity_ForItsDuration_StopsGracefullyAndEndsAsTerminated()
    {
        var (run, jobs, _, _) = Given.Settle(Run(TimeSpan.FromHours(2)), [Alone(TimeSpan.FromHours(2))], Given.Now);
        Assert.Equal((RunStatus.Terminating, JobStatus.Terminating, JobTerminationReason.InactivityDurationExceeded), (run.Status, jobs[0].Status, jobs[0].TerminationReason));
        Assert.Equal("Nobody was attached to it for its inactivity_duration of 2h.", jobs[0].TerminationMessage);
        Assert.Equal(300, RunLifecycle.StopGrace(jobs[0], TimeSpan.FromMinutes(5)));

        (run, jobs, _, _) = Given.Settle(run, [jobs[0].Exits(143)], Given.Now.AddSeconds(1));
        Assert.Equal((RunStatus.Terminated, RunTerminationReason.StoppedByLimit), (run.Status, run.TerminationReason));
        Assert.Equal((JobStatus.Terminated, JobTerminationReason.InactivityDurationExceeded), (jobs[0].Status, jobs[0].TerminationReason));
        Assert.Equal("inactivity duration", StatusMessages.Run(run.Status, run.TerminationReason, jobs));
    }

    [Fact]
    public void Inactivity_IsNoFailure_AndNeverRetried()
    {
        var policy = Policy(TimeSpan.FromMinutes(1)) with { Retry = Given.RetryAll };
        var (run, _, _, _) = Given.Settle(Given.Run(RunStatus.Running, policy), [Alone(TimeSpan.FromHours(1))], Given.Now);
        Assert.Equal((RunStatus.Terminating, RunTerminationReason.StoppedByLimit), (run.Status, run.TerminationReason));
    }

    [Fact]
    public void SomebodyAttached_OrNoDuration_GoesOnForEver()
    {
        var attached = RunLifecycle.Next(Run(TimeSpan.FromMinutes(1)), [Given.Running()], Given.Now.AddYears(1));
        Assert.Equal((true, null), (attached.IsEmpty, attached.WakeAt));
        var unlimited = RunLifecycle.Next(Run(null), [Alone(TimeSpan.FromDays(100))], Given.Now);
        Assert.Equal((true, null), (unlimited.IsEmpty, unlimited.WakeAt));
    }

    [Fact]
    public void Job_RunsInitAndThenStaysUp()
    {
        var job = Assert.Single(Jobs(Dev with { Init = ["pip install wandb"], Setup = ["echo first"] }));
        Assert.Equal(("dev-0-0", ""), (job.JobName, job.ImageName));
        var script = job.Commands[^1];
        Assert.StartsWith("echo first\n", script, StringComparison.Ordinal);
        Assert.Contains("\npip install wandb\n", script, StringComparison.Ordinal);
        Assert.EndsWith("\nsleep infinity 2>/dev/null || while sleep 86400; do :; done\n", script, StringComparison.Ordinal);
        Assert.False(job.SingleBranch);
    }

    [Fact]
    public void Job_InAnImage_RunsInItsShellBehindItsEntrypoint()
    {
        var plain = Assert.Single(Jobs(Dev with { Image = "debian" }));
        Assert.Equal(["/bin/sh", "-c"], plain.Commands.Take(2));
        var entered = Assert.Single(Jobs(Dev with { Image = "debian", Entrypoint = "/opt/enter.sh --quiet", Shell = "bash" }));
        Assert.Equal(["/opt/enter.sh", "--quiet", "bash", "-c"], entered.Commands.Take(4));
        Assert.Equal(plain.Commands[2], entered.Commands[4]);
    }

    [Fact]
    public void Policy_TellsWhenItIsLeftAlone()
    {
        var policy = JobPlanner.Policy(JobPlanner.Effective(new RunSpec { Configuration = Dev with { InactivityDuration = TimeSpan.FromHours(1) } }));
        Assert.Equal((true, TimeSpan.FromHours(1), 1), (policy.IsDevEnvironment, policy.InactivityDuration, policy.Nodes));
        Assert.False(JobPlanner.Policy(JobPlanner.Effective(new RunSpec { Configuration = new TaskConfiguration { Commands = ["x"] } })).IsDevEnvironment);
    }

    [Fact]
    public void Unsupported_OfWhatAnyMachineCanDo_IsNothing_AndOfTheRestIsNamed()
    {
        Assert.Empty(JobPlanner.Unsupported(JobPlanner.Effective(new RunSpec { Configuration = Dev })));
        var line = Assert.Single(JobPlanner.Unsupported(JobPlanner.Effective(new RunSpec { Configuration = Dev with { Python = "3.12" } })));
        Assert.StartsWith("python: 3.12: ", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Update_OfTheInactivityDurationOnly_IsPossible()
    {
        var was = JobPlanner.Effective(new RunSpec { Configuration = Dev, ConfigurationPath = "a.yml", FileArchives = [new FileArchiveMapping(Guid.NewGuid(), "src")] });
        var longer = was with { ConfigurationPath = "b.yml", Configuration = Dev with { Priority = 0, InactivityDuration = TimeSpan.FromHours(1) } };
        Assert.True(RunUpdate.IsPossible(was, longer));
        Assert.False(RunUpdate.IsPossible(was, was));
        Assert.False(RunUpdate.IsPossible(was, longer with { FileArchives = [] }));
        Assert.True(RunUpdate.IsPossibleBeforeUploads(was, longer with { FileArchives = [] }));
        Assert.False(RunUpdate.IsPossible(was, longer with { Configuration = (RunConfiguration)longer.Configuration with { Image = "debian" } }));
        Assert.False(RunUpdate.IsPossible(was, JobPlanner.Effective(new RunSpec { Configuration = new TaskConfiguration { Commands = ["x"] } })));
    }

    private static IReadOnlyList<JobSpec> Jobs(RunConfiguration configuration) => JobPlanner.Jobs(JobPlanner.Effective(new RunSpec { Configuration = configuration }));

    private static RunPolicy Policy(TimeSpan? duration) => Given.Policy() with { IsDevEnvironment = true, InactivityDuration = duration };

    private static RunState Run(TimeSpan? duration) => Given.Run(RunStatus.Running, Policy(duration));

    private static JobState Alone(TimeSpan time) => Given.Running() with { InactiveSince = Given.Now - time };
}

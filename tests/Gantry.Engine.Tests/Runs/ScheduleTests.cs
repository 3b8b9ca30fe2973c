using Gantry.Engine.Runs;
using Gantry.Model.Link;
using Gantry.Model.States;

namespace Gantry.Engine.Tests.Runs;

/// <summary>Runs that start at 03:00 UTC every day; it is noon.</summary>
public sealed class ScheduleTests
{
    private static readonly RunPolicy Policy = Given.Policy(cron: "0 3 * * *");
    private static readonly DateTimeOffset Tomorrow = new(2026, 3, 3, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Start_WaitsForTheFirstTime()
    {
        var step = RunLifecycle.Start(Given.Run(RunStatus.Pending, Policy), Given.Now);
        Assert.Equal((RunStatus.Pending, Tomorrow, Tomorrow, false), (step.Status!.Value, step.NextTriggeredAt!.Value, step.WakeAt!.Value, step.SubmitJobs));
    }

    [Fact]
    public void Due_SubmitsJobs()
    {
        var run = Given.Run(RunStatus.Pending, Policy) with { NextTriggeredAt = Tomorrow };
        Assert.True(RunLifecycle.Next(run, [], Tomorrow.AddTicks(-1)).IsEmpty);
        var step = RunLifecycle.Next(run, [], Tomorrow);
        Assert.Equal((RunStatus.Submitted, true), (step.Status, step.SubmitJobs));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void EndedAttempt_GoesBackToPending_HoweverItEnded(int exitStatus)
    {
        var (run, _, last, _) = Given.Settle(Given.Run(RunStatus.Running, Policy), [Given.Running().Exits(exitStatus)], Given.Now);
        Assert.Equal((RunStatus.Pending, Tomorrow), (run.Status, run.NextTriggeredAt));
        Assert.Equal(Tomorrow, last.WakeAt);
    }

    [Fact]
    public void MissedTriggers_AreMadeUpForOnce()
    {
        // The server was down for three nights.
        var run = Given.Run(RunStatus.Pending, Policy) with { NextTriggeredAt = Tomorrow };
        var later = Tomorrow.AddDays(3).AddHours(5);
        var (submitted, jobs, _, _) = Given.Settle(run, [], later);
        Assert.Equal(RunStatus.Submitted, submitted.Status);

        (run, _, _, _) = Given.Settle(submitted, [jobs[0] with { Placed = true, Observed = ObservedState.Exited, ExitStatus = 0 }], later.AddMinutes(1));
        Assert.Equal((RunStatus.Pending, Tomorrow.AddDays(4)), (run.Status, run.NextTriggeredAt));
    }

    [Fact]
    public void TriggersWhileBusy_AreSkipped()
    {
        var twoNightsLater = Tomorrow.AddDays(1).AddHours(1);
        var (run, _, _, _) = Given.Settle(Given.Run(RunStatus.Running, Policy), [Given.Running().Exits(0)], twoNightsLater);
        Assert.Equal(Tomorrow.AddDays(2), run.NextTriggeredAt);
    }

    [Fact]
    public void FailedAttempt_IsRetriedFirst_IfItsPolicySaysSo()
    {
        var policy = Policy with { Retry = Given.RetryAll };
        var (run, _, _, _) = Given.Settle(Given.Run(RunStatus.Running, policy), [Given.Running().Exits(1)], Given.Now);
        Assert.Equal(Given.Now + Backoff.Delay(run.Id, 0), run.NextTriggeredAt);
    }

    [Fact]
    public void SeveralExpressions_TheFirstWins()
    {
        var policy = Policy with { Schedule = ["0 3 * * *", "30 12 * * *"] };
        Assert.Equal(Given.Now.AddMinutes(30), RunLifecycle.Start(Given.Run(RunStatus.Pending, policy), Given.Now).NextTriggeredAt);
    }

    [Fact]
    public void ScheduleThatNeverComes_EndsWithAnError()
    {
        var step = RunLifecycle.Start(Given.Run(RunStatus.Pending, Given.Policy(cron: "0 0 30 2 *")), Given.Now);
        Assert.Equal((RunStatus.Terminating, RunTerminationReason.ServerError), (step.Status, step.TerminationReason));
        Assert.NotNull(step.Error);
    }
}

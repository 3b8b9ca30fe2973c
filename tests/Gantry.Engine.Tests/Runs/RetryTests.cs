using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Link;
using Gantry.Model.States;

namespace Gantry.Engine.Tests.Runs;

public sealed class RetryTests
{
    private static readonly Guid Id = Given.Run(RunStatus.Pending).Id;

    [Fact]
    public void Delays_DoubleUpToTenMinutes_WithUpToAFifthMore()
    {
        double[] plain = [15, 30, 60, 120, 240, 480, 600, 600, 600];
        for (var failed = 0; failed < plain.Length; failed++)
        {
            var delay = Backoff.Delay(Id, failed).TotalSeconds;
            Assert.InRange(delay, plain[failed], plain[failed] * 1.2);
            Assert.Equal(delay, Backoff.Delay(Id, failed).TotalSeconds);
        }

        Assert.InRange(Backoff.Delay(Id, int.MaxValue).TotalSeconds, 600, 720);
    }

    [Fact]
    public void Delays_OfManyRuns_AreSpread()
    {
        var random = new Random(1);
        var delays = Enumerable.Range(0, 100).Select(_ =>
        {
            var bytes = new byte[16];
            random.NextBytes(bytes);
            return Backoff.Delay(new Guid(bytes), 0);
        }).ToList();
        Assert.True(delays.Distinct().Count() > 90);
        Assert.True(delays.Max() - delays.Min() > TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData(RetryEvent.Error, ObservedState.FailedToStart, true)]
    [InlineData(RetryEvent.Error, ObservedState.DiskFull, true)]
    [InlineData(RetryEvent.Error, ObservedState.Lost, false)]
    [InlineData(RetryEvent.Interruption, ObservedState.Lost, true)]
    [InlineData(RetryEvent.Interruption, ObservedState.LeaseEnded, true)]
    [InlineData(RetryEvent.Error, ObservedState.LeaseEnded, false)]
    [InlineData(RetryEvent.Interruption, ObservedState.FailedToStart, false)]
    [InlineData(RetryEvent.NoCapacity, ObservedState.FailedToStart, false)]
    public void Failure_IsRetriedOnItsEventOnly(RetryEvent on, ObservedState observed, bool retried)
    {
        var policy = Given.Policy(retry: new RetryPolicy([on], 3600));
        var (run, _, _, _) = Given.Settle(Given.Run(RunStatus.Running, policy), [Given.Running().Observe(observed)], Given.Now);
        Assert.Equal(retried ? RunStatus.Pending : RunStatus.Failed, run.Status);
    }

    [Fact]
    public void Retry_IsDueAfterTheBackoff_FromTheEndOfTheAttempt()
    {
        var policy = Given.Policy(retry: Given.RetryAll);
        var (run, jobs, last, _) = Given.Settle(Given.Run(RunStatus.Running, policy) with { FailedInARow = 2 }, [Given.Running().Exits(1)], Given.Now);
        Assert.Equal(Given.Now + Backoff.Delay(run.Id, 2), run.NextTriggeredAt);
        Assert.Equal(run.NextTriggeredAt, last.WakeAt);
        Assert.True(RunLifecycle.Next(run, jobs, run.NextTriggeredAt!.Value.AddTicks(-1)).IsEmpty);
        Assert.True(RunLifecycle.Next(run, jobs, run.NextTriggeredAt!.Value).SubmitJobs);
    }

    [Fact]
    public void Retry_OfAnAttemptThatRanLong_BeginsTheSequenceAnew()
    {
        var job = Given.Running().Exits(1) with { StartedAt = Given.Now.AddHours(-3), SubmissionNum = 7 };
        var (run, _, _, _) = Given.Settle(Given.Run(RunStatus.Running, Given.Policy(retry: Given.RetryAll)), [job], Given.Now);
        Assert.Equal(Given.Now + Backoff.Delay(run.Id, 0), run.NextTriggeredAt);
    }

    [Fact]
    public void Retry_NeverWaitsLongerThanItsDuration()
    {
        var policy = Given.Policy(retry: Given.RetryAll with { Duration = 20 });
        var (run, _, _, _) = Given.Settle(Given.Run(RunStatus.Running, policy) with { FailedInARow = 5 }, [Given.Running().Exits(1)], Given.Now);
        Assert.Equal(Given.Now.AddSeconds(20), run.NextTriggeredAt);
    }

    [Fact]
    public void WaitForAHost_BeyondTheDuration_ExceedsTheLimit()
    {
        var policy = Given.Policy(retry: Given.RetryAll);
        var job = Given.Job() with { SubmittedAt = Given.Now };
        var waiting = RunLifecycle.Next(Given.Run(RunStatus.Submitted, policy), [job], Given.Now);
        Assert.True(waiting.IsEmpty);
        Assert.Equal(Given.Now.AddHours(1), waiting.WakeAt);

        var (run, jobs, _, _) = Given.Settle(Given.Run(RunStatus.Submitted, policy), [job], Given.Now.AddHours(1));
        Assert.Equal((RunStatus.Failed, RunTerminationReason.RetryLimitExceeded), (run.Status, run.TerminationReason));
        Assert.Equal("No host had room for it within the 1h that its retry policy allows.", jobs[0].TerminationMessage);
    }

    [Fact]
    public void WaitForAHost_WithoutNoCapacityInThePolicy_IsLimitedForRetriesOnly()
    {
        var policy = Given.Policy(retry: new RetryPolicy([RetryEvent.Error], 3600));
        var later = Given.Now.AddDays(9);
        Assert.True(RunLifecycle.Next(Given.Run(RunStatus.Submitted, policy), [Given.Job()], later).IsEmpty);
        Assert.False(RunLifecycle.Next(Given.Run(RunStatus.Submitted, policy), [Given.Job() with { SubmissionNum = 1 }], later).IsEmpty);
    }

    [Fact]
    public void Refuse_WithNoCapacityInThePolicy_Waits() =>
        Assert.True(RunLifecycle.Refuse(Given.Run(RunStatus.Submitted, Given.Policy(retry: Given.RetryAll)), [Given.Job()], "No.").IsEmpty);

    [Fact]
    public void OneCoveredFailure_IsEnough()
    {
        // The host of node 1 went down; node 0 noticed and failed of it.
        var policy = Given.Policy(2, new RetryPolicy([RetryEvent.Interruption], 3600));
        var (run, _, _, _) = Given.Settle(
            Given.Run(RunStatus.Running, policy), [Given.Running(0).Exits(1), Given.Running(1).Observe(ObservedState.Lost)], Given.Now);
        Assert.Equal(RunStatus.Pending, run.Status);
    }

    [Fact]
    public void FailedInARow_CountsBackToTheFirstThatWasNoFailure()
    {
        var latest = Given.Now;
        PastAttempt Failed(int secondsBefore, int ranSeconds) => new(
            latest.AddSeconds(-secondsBefore), latest.AddSeconds(-secondsBefore), latest.AddSeconds(-secondsBefore + ranSeconds), JobStatus.Failed);

        Assert.Equal(0, Backoff.FailedInARow([], latest));
        Assert.Equal(3, Backoff.FailedInARow([Failed(60, 1), Failed(100, 1), Failed(120, 1)], latest));
        // Healthy, done, or a day before: the row begins after it.
        Assert.Equal(1, Backoff.FailedInARow([Failed(60, 1), Failed(2000, 1900), Failed(2100, 1)], latest));
        Assert.Equal(1, Backoff.FailedInARow([Failed(60, 1), Failed(100, 1) with { Status = JobStatus.Done }, Failed(120, 1)], latest));
        Assert.Equal(1, Backoff.FailedInARow([Failed(60, 1), Failed(86400, 1)], latest));
    }
}

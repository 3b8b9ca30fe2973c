using Gantry.Engine.Runs;
using Gantry.Model.Configurations;
using Gantry.Model.States;
using Gantry.Model.Values;

namespace Gantry.Simulation;

/// <summary>
/// Each seed is another four weeks of killed servers, dying agents, power cuts, lost and late messages, networks that are cut for longer than a lease, and impatient users. That no job is started
/// twice, no two attempts live at once and no host is overbooked is held by <see cref="Reality"/> while it runs; the rest is looked at here.
/// </summary>
public sealed class WeeksTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void FourWeeks_WithFaults_SettleEveryAccount(int seed)
    {
        var weeks = new Weeks(seed);
        weeks.Live(4);

        var runs = weeks.Rows.Runs.Values;
        Assert.True(runs.Count > 500, $"Only {runs.Count} runs.");
        foreach (var run in runs)
        {
            NoneIsForgotten(run, weeks.Now);
            RowsTellTheTruth(run, weeks.Reality);
            RetriesAreSlowedDown(run);
            TriggersRunOnce(run);
        }

        // The misfortunes were not idle.
        var reasons = runs.SelectMany(run => run.Jobs).Select(job => job.State.TerminationReason).OfType<JobTerminationReason>().ToHashSet();
        Assert.Empty(((JobTerminationReason[])
        [
            JobTerminationReason.DoneByRunner, JobTerminationReason.ContainerExitedWithError, JobTerminationReason.ExecutorError, JobTerminationReason.ProcessLost,
            JobTerminationReason.TerminatedByUser, JobTerminationReason.AbortedByUser,
            JobTerminationReason.TerminatedByServer, JobTerminationReason.MaxDurationExceeded, JobTerminationReason.InstanceUnreachable,
        ]).Except(reasons));
    }

    [Fact]
    public void SameSeed_LivesTheSameWeeks()
    {
        static List<(RunStatus, int)> Live()
        {
            var weeks = new Weeks(7);
            weeks.Live(1);
            return [.. weeks.Rows.Runs.Values.Select(run => (run.State.Status, run.Jobs.Count))];
        }

        Assert.Equal(Live(), Live());
    }

    private static void NoneIsForgotten(SimDatabase.RunRow run, DateTimeOffset now)
    {
        if (run.State.Policy.Schedule is { } schedule && !run.State.Status.IsFinished())
        {
            Assert.True(run.State.Status != RunStatus.Pending || run.State.NextTriggeredAt <= Next(schedule, now) + TimeSpan.FromHours(1), "A schedule is forgotten.");
            return;
        }

        // A run that fails most of the time and retries for ever may still be at it: then it waits for a backoff, or runs.
        var isCrashLoop = run.State.Policy.Retry is { } retry && retry.OnEvents.Contains(RetryEvent.Error) && run.Behaviour.FailureRate > 0.5;
        Assert.True(
            run.State.Status.IsFinished() || isCrashLoop,
            $"Run {run.State.Id} is {run.State.Status} after two quiet days; its jobs: {string.Join(", ", run.Latest.Select(job => job.State))}");
    }

    private static void RowsTellTheTruth(SimDatabase.RunRow run, Reality reality)
    {
        foreach (var job in run.Jobs.Select(job => job.State).Where(job => job.Status.IsFinished()))
        {
            var process = reality.Find(job.Id);
            Assert.False(process?.IsAlive ?? false, $"Job {job.Id} is {job.Status}, and its process lives.");
            switch (job.TerminationReason)
            {
                case JobTerminationReason.DoneByRunner:
                    Assert.True(process is { HasRecord: true, ExitStatus: 0 });
                    break;
                case JobTerminationReason.ContainerExitedWithError:
                    Assert.Equal(process!.ExitStatus, job.ExitStatus);
                    Assert.True(process.HasRecord);
                    break;
                case JobTerminationReason.ProcessLost:
                    Assert.False(process?.HasRecord ?? false, "A job is called lost that left a record.");
                    break;
                default:
                    Assert.NotNull(job.TerminationReason);
                    break;
            }
        }

        if (run.State.Status == RunStatus.Done)
        {
            var isMasterEnough = run.State.Policy.StopCriteria == StopCriteria.MasterDone;
            Assert.All(run.Latest.Take(isMasterEnough ? 1 : int.MaxValue), job => Assert.Equal(JobStatus.Done, job.State.Status));
        }
    }

    private static void RetriesAreSlowedDown(SimDatabase.RunRow run)
    {
        var quick = 0;
        var attempts = Attempts(run);
        foreach (var (before, after) in run.State.Policy.Schedule is null ? attempts.Zip(attempts.Skip(1)) : [])
        {
            var ended = before.Max(job => job.FinishedAt!.Value);
            Assert.True(run.State.Policy.Retry is not null, "An attempt follows without a policy.");
            Assert.Contains(before, job => job.Status == JobStatus.Failed);
            quick = before.Any(job => Backoff.WasHealthy(job.StartedAt, job.FinishedAt)) ? 0 : quick;
            var least = Math.Min(15 * Math.Pow(2, Math.Min(quick, 10)), 600);
            var gap = (after.Min(job => job.SubmittedAt) - ended).TotalSeconds;
            // Downtime of the server may break a row of failures, and so begin the sequence anew.
            Assert.True(gap >= Math.Min(least, run.State.Policy.Retry.Duration) || gap >= 15, $"A retry came after {gap} s instead of {least} s.");
            quick = gap > 1000 ? 0 : quick + 1;
        }
    }

    private static void TriggersRunOnce(SimDatabase.RunRow run)
    {
        if (run.State.Policy.Schedule is not { } schedule)
        {
            return;
        }

        foreach (var (before, after) in Attempts(run).Zip(Attempts(run).Skip(1)))
        {
            var started = after.Min(job => job.SubmittedAt);
            var isRetry = run.State.Policy.Retry is not null && before.Any(job => job.Status == JobStatus.Failed);
            Assert.True(isRetry || Next(schedule, before.Max(job => job.FinishedAt!.Value)) <= started, "An attempt starts before its time.");
        }
    }

    private static List<JobState[]> Attempts(SimDatabase.RunRow run) => [.. run.Jobs.Select(job => job.State).Chunk(run.State.Policy.Nodes)];

    private static DateTimeOffset? Next(IReadOnlyList<string> schedule, DateTimeOffset after) => CronExpression.Parse(schedule[0]).Value.Next(after);
}

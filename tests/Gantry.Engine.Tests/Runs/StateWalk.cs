using System.Text;
using Gantry.Engine.Runs;
using Gantry.Model.Link;
using Gantry.Model.States;

namespace Gantry.Engine.Tests.Runs;

/// <summary>
/// Every state that a run and its jobs can get into, whatever its agents report, its users ask and its server's crashes interrupt:
/// breadth first over all of them. A server may die between any two steps, so the states between steps are states too.
/// Times are kept but do not tell states apart, except by which deadlines are over.
/// </summary>
internal sealed class StateWalk
{
    /// <summary>A state: rows and a clock.</summary>
    public sealed record World(RunState Run, JobState[] Jobs, DateTimeOffset Now, TimeSpan? MaxDuration)
    {
        /// <summary>Tells states apart: all that decisions look at, but of times only which are over.</summary>
        public string Key
        {
            get
            {
                var key = new StringBuilder();
                key.Append((int)Run.Status).Append(' ').Append((int?)Run.TerminationReason).Append(Run.NextTriggeredAt <= Now ? '+' : '-');
                foreach (var job in Jobs)
                {
                    key.Append('|').Append((int)job.Status).Append(' ').Append((int?)job.TerminationReason).Append(' ').Append((int?)job.Observed)
                        .Append(' ').Append(job.ExitStatus).Append(job.Placed ? 'p' : 'n').Append(job.SubmissionNum > 0 ? 'r' : 'f')
                        .Append(job.StartedAt + job.MaxDuration <= Now ? '+' : '-')
                        .Append(job.Status == JobStatus.Submitted && job.SubmittedAt.AddHours(1) <= Now ? '+' : '-');
                }

                return key.ToString();
            }
        }

        public override string ToString() => $"run {Run.Status} ({Run.TerminationReason}), " + string.Join(", ", Jobs.Select(job =>
            $"job {job.JobNum} {job.Status} ({job.TerminationReason}), {(job.Placed ? "placed" : "not placed")}, seen {job.Observed} {job.ExitStatus}"));
    }

    /// <summary>One way from a state to another.</summary>
    /// <param name="Name">What happened.</param>
    /// <param name="ByUser">Whether a user did it.</param>
    /// <param name="From">Key of the state before.</param>
    /// <param name="To">Key of the state after.</param>
    public sealed record Edge(string Name, bool ByUser, string From, string To);

    public Dictionary<string, World> Worlds { get; } = [];

    public List<Edge> Edges { get; } = [];

    /// <summary>The most steps that any state took to settle.</summary>
    public int LongestSettling { get; private set; }

    public static StateWalk From(RunPolicy policy, TimeSpan? maxDuration)
    {
        var walk = new StateWalk();
        var run = Given.Run(RunStatus.Pending, policy) with { SubmittedAt = Given.Now };
        var start = walk.Apply(new World(run, [], Given.Now, maxDuration), RunLifecycle.Start(run, Given.Now));
        walk.Explore(start);
        return walk;
    }

    private void Explore(World start)
    {
        var queue = new Queue<World>();
        Visit(start);
        while (queue.TryDequeue(out var world))
        {
            var from = world.Key;
            foreach (var (name, byUser, next) in Moves(world))
            {
                Edges.Add(new(name, byUser, from, Visit(next)));
            }
        }

        string Visit(World world)
        {
            var key = world.Key;
            if (Worlds.TryAdd(key, world))
            {
                queue.Enqueue(world);
            }

            return key;
        }
    }

    private IEnumerable<(string Name, bool ByUser, World Next)> Moves(World world)
    {
        var (run, jobs, now, _) = world;
        var step = RunLifecycle.Next(run, jobs, now);
        LongestSettling = Math.Max(LongestSettling, Given.Settle(run, jobs, now).Steps);
        if (!step.IsEmpty)
        {
            yield return ("step", false, Apply(world, step));
        }

        if (step is { IsEmpty: true, WakeAt: { } wake })
        {
            yield return ("wait", false, world with { Now = wake });
        }

        foreach (var abort in (bool[])[false, true])
        {
            yield return (abort ? "abort" : "stop", true, Apply(world, RunLifecycle.Stop(run, jobs, abort, now)));
        }

        if (jobs.Length > 0 && jobs.All(job => job is { Status: JobStatus.Submitted, Placed: false }))
        {
            yield return ("place", false, world with { Jobs = [.. jobs.Select(job => job with { Placed = true })] });
            yield return ("refuse", false, Apply(world, RunLifecycle.Refuse(run, jobs, "No host can hold it.")));
        }

        for (var i = 0; i < jobs.Length; i++)
        {
            foreach (var next in Observations(jobs[i], now))
            {
                yield return ("observe", false, world with { Jobs = [.. jobs[..i], next, .. jobs[(i + 1)..]] });
            }

            if (jobs[i].Status == JobStatus.Running)
            {
                yield return ("fail", false, Apply(world, RunLifecycle.Fail(jobs, jobs[i].Id, JobTerminationReason.DiskFull, "No room.")));
            }
        }
    }

    private static IEnumerable<JobState> Observations(JobState job, DateTimeOffset now)
    {
        if (!job.Placed || job.Status.IsFinished() || job.Observed is not (null or ObservedState.Pulling or ObservedState.Running))
        {
            yield break;
        }

        if (job.Observed is null)
        {
            yield return job with { Observed = ObservedState.Pulling };
        }

        if (job.Observed is not ObservedState.Running)
        {
            yield return job with { Observed = ObservedState.Running, StartedAt = now };
            yield return job with { Observed = ObservedState.FailedToStart, Error = "No such directory." };
        }

        yield return job with { Observed = ObservedState.Exited, ExitStatus = 0, StartedAt = job.StartedAt ?? now };
        yield return job with { Observed = ObservedState.Exited, ExitStatus = 1, StartedAt = job.StartedAt ?? now };
        yield return job with { Observed = ObservedState.Lost };
        yield return job with { Observed = ObservedState.DiskFull };
        // By its agent's word, or by the server's clock.
        yield return job with { Observed = ObservedState.LeaseEnded };
    }

    private World Apply(World world, RunStep step)
    {
        Obeys(world, step);
        var (run, jobs) = Given.Apply(world.Run, world.Jobs, step, world.Now);
        if (step.SubmitJobs)
        {
            jobs = [.. jobs.Select(job => job with { MaxDuration = world.MaxDuration })];
        }

        return world with { Run = run, Jobs = jobs };
    }

    /// <summary>What no step may ever do, in whatever state.</summary>
    private static void Obeys(World world, RunStep step)
    {
        Assert.True(!step.SubmitJobs || world.Jobs.All(job => job.Status.IsFinished()), $"New submissions beside living ones: {world}");
        Assert.True(step.IsEmpty || !world.Run.Status.IsFinished(), $"A finished run changes: {world}");
        foreach (var change in step.Jobs)
        {
            var job = world.Jobs.Single(job => job.Id == change.JobId);
            Assert.False(job.Status.IsFinished(), $"A finished job changes: {world}");
            Assert.True(change.Status >= job.Status, $"A job goes back: {world}");
            Assert.True(!change.Status.IsFinished() || change.FinishedAt is not null, $"A job ends without a time: {world}");
            Assert.True(change.Status < JobStatus.Terminating || change.TerminationReason is not null, $"A job ends without a reason: {world}");
            if (change.Status.IsFinished())
            {
                var hasEnded = !job.Placed || job.Observed is ObservedState.Exited or ObservedState.FailedToStart or ObservedState.Lost or ObservedState.DiskFull or ObservedState.LeaseEnded;
                Assert.True(hasEnded, $"A job that may run is called finished: {world}");
                Assert.Equal(job.TerminationReason, change.TerminationReason);
            }
            else if (job.Status == JobStatus.Terminating)
            {
                Assert.Equal(JobTerminationReason.AbortedByUser, change.TerminationReason);
            }
        }

        if (step.Status is { } status)
        {
            Assert.True(!status.IsFinished() || step.TerminationReason == world.Run.TerminationReason, $"A run's reason changes at its end: {world}");
            Assert.True(status != RunStatus.Done || world.Run.TerminationReason == RunTerminationReason.AllJobsDone, $"Done without done jobs: {world}");
            Assert.True(status != RunStatus.Terminating || step.TerminationReason is not null, $"A run ends without a reason: {world}");
        }
    }
}

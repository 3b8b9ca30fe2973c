using System.Collections.Concurrent;
using Gantry.Engine.Runs;
using Gantry.Model.Configurations;
using Gantry.Model.Link;
using Gantry.Model.States;

namespace Gantry.Engine.Tests.Runs;

public sealed class StateWalkTests
{
    private static readonly TimeSpan? Limit = TimeSpan.FromMinutes(30);

    public static TheoryData<int, string, StopCriteria, string?, bool> Policies()
    {
        var data = new TheoryData<int, string, StopCriteria, string?, bool>();
        foreach (var retry in (string[])["none", "all", "interruption"])
        {
            foreach (var cron in (string?[])[null, "0 3 * * *"])
            {
                foreach (var limited in (bool[])[false, true])
                {
                    data.Add(1, retry, StopCriteria.AllDone, cron, limited);
                    data.Add(2, retry, StopCriteria.AllDone, cron, limited);
                    data.Add(2, retry, StopCriteria.MasterDone, cron, limited);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void EveryReachableState_HasAWayToTheEnd(int nodes, string retry, StopCriteria criteria, string? cron, bool limited)
    {
        var walk = Walk(nodes, retry, criteria, cron, limited);

        var ends = walk.Worlds.Values.Where(world => world.Run.Status.IsFinished()).Select(world => world.Key).ToHashSet();
        Assert.NotEmpty(ends);
        // A run without a schedule ends by itself; a scheduled one goes on until a user stops it.
        var leadingToTheEnd = CanReach(walk.Edges.Where(edge => cron is not null || !edge.ByUser), ends);
        var stuck = walk.Worlds.Keys.Where(key => !leadingToTheEnd.Contains(key)).ToList();
        TestContext.Current.SendDiagnosticMessage($"{walk.Worlds.Count} states, {walk.Edges.Count} ways between them");
        Assert.True(stuck.Count == 0, $"{stuck.Count} of {walk.Worlds.Count} states are stuck, such as {stuck.Select(key => walk.Worlds[key]).FirstOrDefault()}");
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void EverySettledState_WaitsForSomethingThatComes(int nodes, string retry, StopCriteria criteria, string? cron, bool limited)
    {
        foreach (var world in Walk(nodes, retry, criteria, cron, limited).Worlds.Values)
        {
            var step = RunLifecycle.Next(world.Run, world.Jobs, world.Now);
            if (!step.IsEmpty || world.Run.Status.IsFinished())
            {
                continue;
            }

            var waitsForHost = world.Jobs.Any(job => job is { Placed: false, Status: JobStatus.Submitted });
            var waitsForAgent = world.Jobs.Any(job => job.Placed && !job.Status.IsFinished() && job.Observed is null or ObservedState.Accepted or ObservedState.Pulling or ObservedState.Running);
            Assert.True(waitsForHost || waitsForAgent || step.WakeAt > world.Now, $"Nothing will ever happen to {world}");
        }
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void EveryState_SettlesInFewSteps(int nodes, string retry, StopCriteria criteria, string? cron, bool limited) =>
        Assert.InRange(Walk(nodes, retry, criteria, cron, limited).LongestSettling, 1, 4);

    [Theory]
    [MemberData(nameof(Policies))]
    public void EveryFinishedRun_AgreesWithItsJobs(int nodes, string retry, StopCriteria criteria, string? cron, bool limited)
    {
        foreach (var world in Walk(nodes, retry, criteria, cron, limited).Worlds.Values.Where(world => world.Run.Status.IsFinished()))
        {
            Assert.All(world.Jobs, job => Assert.True(job.Status.IsFinished(), world.ToString()));
            if (world.Run.Status == RunStatus.Done)
            {
                Assert.Equal(JobStatus.Done, world.Jobs[0].Status);
                Assert.True(criteria == StopCriteria.MasterDone || world.Jobs.All(job => job.Status == JobStatus.Done), world.ToString());
            }

            if (world.Run.Status == RunStatus.Failed)
            {
                // Aborted: a user who could not wait for a failing job's graceful end.
                Assert.Contains(world.Jobs, job => job.Status is JobStatus.Failed or JobStatus.Aborted);
                Assert.Null(cron);
            }

            Assert.NotEqual(RunTerminationReason.ServerError, world.Run.TerminationReason);
        }
    }

    // One walk for all questions about it.
    private static readonly ConcurrentDictionary<(int, string, StopCriteria, string?, bool), StateWalk> Walks = [];

    private static StateWalk Walk(int nodes, string retry, StopCriteria criteria, string? cron, bool limited) =>
        Walks.GetOrAdd((nodes, retry, criteria, cron, limited), _ => Explore(nodes, retry, criteria, cron, limited));

    private static StateWalk Explore(int nodes, string retry, StopCriteria criteria, string? cron, bool limited) => StateWalk.From(
        Given.Policy(nodes, retry switch
        {
            "all" => Given.RetryAll,
            "interruption" => Given.RetryAll with { OnEvents = [RetryEvent.Interruption] },
            _ => null,
        }, criteria, cron: cron),
        limited ? Limit : null);

    private static HashSet<string> CanReach(IEnumerable<StateWalk.Edge> edges, HashSet<string> goals)
    {
        var before = edges.ToLookup(edge => edge.To, edge => edge.From);
        var known = goals.ToHashSet();
        var queue = new Queue<string>(goals);
        while (queue.TryDequeue(out var key))
        {
            foreach (var from in before[key].Where(known.Add))
            {
                queue.Enqueue(from);
            }
        }

        return known;
    }
}

using FsCheck;
using FsCheck.Fluent;
using Gantry.Engine.Placement;
using Gantry.Model.Api;
using static Gantry.Engine.Tests.Placement.Hosts;

namespace Gantry.Engine.Tests.Placement;

/// <summary>What holds for every queue on every set of fleets, with GPUs, blocks and gangs.</summary>
public sealed class FleetProperties
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(2000).WithQuietOnSuccess(true);

    public sealed record Scene(QueuedRun[] Queue, HostState[] Hosts)
    {
        public override string ToString() =>
            string.Join("; ", Hosts.Select(host => $"{host.Name}: {host.FleetName} {host.Gpus.Count} GPUs in {host.TotalBlocks} blocks{(host.Embedded ? ", embedded" : "")}, runs {string.Join('+', host.Running.Select(job => job.GpuIds.Count))}"))
            + " | " + string.Join("; ", Queue.Select(run => $"{Number(run.RunId)} p{run.Priority}: {string.Join('+', run.Jobs.Select(job => job.Requirements.Resources.Gpu?.Count.Min ?? 0))}"));
    }

    private static readonly Gen<Scene> Scenes =
        from hostCount in Gen.Choose(1, 5)
        from hosts in Gen.CollectToArray(Enumerable.Range(0, hostCount).Select(HostOf))
        from runCount in Gen.Choose(0, 10)
        from runs in Gen.CollectToArray(Enumerable.Range(0, runCount).Select(RunOf))
        from history in Gen.CollectToArray(Enumerable.Range(0, 4).Select(i => RunOf(100 + i)))
        select new Scene(runs, After(hosts, history, Engine.Placement.Placement.Plan(history, [.. hosts.Select(host => host with { Reachable = true })], Now), _ => true));

    [Fact]
    public void Device_IsNeverGivenTwice_NorOneThatIsNotThere() => Holds((scene, plan) =>
        scene.Hosts.All(host =>
        {
            var given = plan.Assignments.Where(one => one.HostId == host.HostId).SelectMany(one => one.Gpus).Select(gpu => gpu.Id).Concat(host.Running.SelectMany(job => job.GpuIds)).ToList();
            return given.Count == given.Distinct().Count() && given.All(id => host.Gpus.Any(gpu => gpu.Id == id));
        }));

    [Fact]
    public void BrokenDevice_IsGivenToNobody() => Holds((_, plan) => plan.Assignments.SelectMany(one => one.Gpus).All(gpu => gpu.Problem is null));

    [Fact]
    public void EveryJob_GetsAtLeastTheDevicesThatItAskedFor() => Holds((scene, plan) =>
    {
        var jobs = scene.Queue.SelectMany(run => run.Jobs).ToDictionary(job => job.JobId);
        return plan.Assignments.All(one => one.Gpus.Count >= (jobs[one.JobId].Requirements.Resources.Gpu?.Count.Min ?? 0));
    });

    [Fact]
    public void Blocks_AreNeverExceeded() => Holds((scene, plan) =>
    {
        var after = After(scene.Hosts, scene.Queue, plan, _ => true);
        return after.All(host => host.Embedded
            ? host.Running.Count <= host.MaxJobs || host.Running.Count == scene.Hosts.Single(before => before.HostId == host.HostId).Running.Count
            : host.Running.Count <= host.TotalBlocks);
    });

    [Fact]
    public void Run_IsPlacedWholeOrNotAtAll_AndAGangInOneFleetWithAHostANode() => Holds((scene, plan) =>
        plan.Assignments.GroupBy(one => one.RunId).All(placed =>
        {
            var run = scene.Queue.Single(run => run.RunId == placed.Key);
            var hosts = placed.Select(one => scene.Hosts.Single(host => host.HostId == one.HostId)).ToList();
            return placed.Count() == run.Jobs.Count
                && hosts.Select(host => host.FleetId).Distinct().Count() == 1
                && (hosts.Count == 1 || hosts[0].Embedded || (hosts.Distinct().Count() == hosts.Count && hosts.TrueForAll(host => host.Cluster)));
        }));

    [Fact]
    public void LaterRuns_NeverDelayTheFirstThatWaits() => Holds((scene, plan) =>
    {
        var order = scene.Queue.OrderByDescending(run => run.Priority).ThenBy(run => run.SubmittedAt).ToList();
        var waiting = order.FirstOrDefault(run => plan.Waiting.Any(refusal => refusal.RunId == run.RunId));
        HostState[] empty = [.. scene.Hosts.Select(host => host with { Running = [] })];
        if (waiting is null || Engine.Placement.Placement.Plan([waiting], empty, Now).Assignments.Count == 0)
        {
            return true;
        }

        // All that ran before ends; what was let past it goes on.
        var passed = order.SkipWhile(run => run != waiting).Select(run => run.RunId).ToHashSet();
        return Engine.Placement.Placement.Plan([waiting], After(empty, scene.Queue, plan, one => passed.Contains(one.RunId)), Now).Assignments.Count == waiting.Jobs.Count;
    });

    [Fact]
    public void Reservation_HoldsInEveryLaterRound() => Holds((scene, _) =>
    {
        // Rounds in which nothing but what waits for nobody ends: the first that waits keeps all that it would be held by.
        var hosts = scene.Hosts;
        var queue = scene.Queue.ToList();
        var order = scene.Queue.OrderByDescending(run => run.Priority).ThenBy(run => run.SubmittedAt).ToList();
        QueuedRun? first = null;
        for (var round = 0; round < 4; round++)
        {
            var plan = Engine.Placement.Placement.Plan(queue, hosts, Now);
            first ??= order.FirstOrDefault(run => plan.Waiting.Any(refusal => refusal.RunId == run.RunId));
            hosts = After(hosts, scene.Queue, plan, _ => true);
            queue.RemoveAll(run => plan.Assignments.Any(one => one.RunId == run.RunId) || plan.Refusals.Any(one => one.RunId == run.RunId));
            // One that ran from the beginning ends each round.
            hosts = [.. hosts.Select((host, i) => i != round % hosts.Length || host.Running.Count == 0 ? host : host with { Running = [.. host.Running.Skip(1)] })];
            if (first is null || plan.Assignments.Any(one => one.RunId == first.RunId))
            {
                return true;
            }
        }

        HostState[] empty = [.. scene.Hosts.Select(host => host with { Running = [] })];
        var before = order.TakeWhile(run => run != first).Select(run => run.RunId).ToHashSet();
        var placedAhead = scene.Queue.Where(run => before.Contains(run.RunId)).SelectMany(run => run.Jobs).Select(job => job.JobId).ToHashSet();
        // What is left of hosts after the rounds, without those that were there at first and those ahead of it in the queue.
        HostState[] left = [.. hosts.Select(host => host with
        {
            Running = [.. host.Running.Where(job => scene.Queue.SelectMany(run => run.Jobs).Any(queued => ReferenceEquals(queued.Requirements, job.Requirements) && !placedAhead.Contains(queued.JobId)))],
        })];
        return Engine.Placement.Placement.Plan([first!], empty, Now).Assignments.Count == 0
            || Engine.Placement.Placement.Plan([first!], left, Now).Assignments.Count == first!.Jobs.Count;
    });

    private static void Holds(Func<Scene, PlacementPlan, bool> property) =>
        Check.One(Thorough, Prop.ForAll(Scenes.ToArbitrary(), scene => property(scene, Engine.Placement.Placement.Plan(scene.Queue, scene.Hosts, Now))));

    private static HostState[] After(HostState[] hosts, QueuedRun[] queue, PlacementPlan plan, Func<Assignment, bool> keep)
    {
        var jobs = queue.SelectMany(run => run.Jobs).ToDictionary(job => job.JobId);
        return [.. hosts.Select(host => host with
        {
            Running = [.. host.Running, .. plan.Assignments.Where(one => one.HostId == host.HostId && keep(one)).Select(one => new RunningJob(jobs[one.JobId].Requirements, [.. one.Gpus.Select(gpu => gpu.Id)]))],
        })];
    }

    private static Gen<HostState> HostOf(int index) =>
        from gpus in Gen.Elements(0, 1, 2, 4, 8)
        from blocks in Gen.Elements<int?>(1, 1, 2, 4, null)
        from fleet in Gen.Choose(1, 2)
        from reachable in Gen.Frequency((5, Gen.Constant(true)), (1, Gen.Constant(false)))
        from embedded in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        from broken in Gen.Choose(0, 12)
        let name = ((char)('a' + index)).ToString()
        let devices = Gpus(name, gpus).Select((gpu, i) => i == broken ? gpu with { Problem = "it is lost from the bus" } : gpu).ToArray()
        select embedded
            ? Host(name, 16, 64, 5, reachable) with { Gpus = devices }
            : FleetHost(name, fleet, blocks: blocks, cluster: fleet == 2, reachable: reachable) with { Gpus = devices };

    private static Gen<QueuedRun> RunOf(int index) =>
        from priority in Gen.Elements(0, 0, 0, 50, 100)
        from nodes in Gen.Frequency((3, Gen.Constant(1)), (1, Gen.Choose(2, 3)))
        from gpus in Gen.Elements("", "1", "2", "H100:4", "8", "1..2", "A100:1")
        select Run(index + 1, priority, [.. Enumerable.Range(0, nodes).Select(_ => gpus.Length == 0 ? Plain(nodes > 1) : AskGpus(gpus, nodes > 1))]);

    // A new one each: which job of a host is whose is told by it.
    private static Requirements Plain(bool multinode)
    {
        var ask = AskGpus("1", multinode);
        return ask with { Resources = ask.Resources with { Gpu = null } };
    }
}

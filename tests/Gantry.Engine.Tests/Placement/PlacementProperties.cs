using FsCheck;
using FsCheck.Fluent;
using Gantry.Engine.Placement;
using Gantry.Model.Api;
using static Gantry.Engine.Tests.Placement.Hosts;

namespace Gantry.Engine.Tests.Placement;

/// <summary>What holds for every queue on every set of hosts.</summary>
public sealed class PlacementProperties
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(2000).WithQuietOnSuccess(true);

    public sealed record Scene(QueuedRun[] Queue, HostState[] Hosts)
    {
        public PlacementPlan Plan => Engine.Placement.Placement.Plan(Queue, Hosts, Tests.Placement.Hosts.Now);

        public override string ToString() =>
            string.Join("; ", Hosts.Select(host => $"{host.Name}: {host.Resources.Cpus} CPUs, {host.MaxJobs} jobs, {(host.Reachable ? "" : "un")}reachable, "
                + $"runs {string.Join('+', host.Running.Select(job => Cpus(job.Requirements)))}"))
            + " | " + string.Join("; ", Queue.Select(run => $"{Number(run.RunId)} p{run.Priority}: {string.Join('+', run.Jobs.Select(job => Cpus(job.Requirements)))}"));
    }

    private static readonly Gen<Requirements> Asks =
        from cpus in Gen.Elements<int?>(null, 0, 1, 2, 3, 4, 9)
        from memory in Gen.Elements<double?>(null, null, 1, 4, 8)
        select Ask(cpus, memory);

    private static readonly Gen<Scene> Scenes =
        from hostCount in Gen.Choose(1, 3)
        from hosts in Gen.CollectToArray(Enumerable.Range(0, hostCount).Select(HostOf))
        from runCount in Gen.Choose(0, 12)
        from runs in Gen.CollectToArray(Enumerable.Range(0, runCount).Select(RunOf))
        select new Scene(runs, hosts);

    [Fact]
    public void NoJob_IsPlacedTwice() => Holds(scene =>
        scene.Plan.Assignments.Select(assignment => assignment.JobId).Distinct().Count() == scene.Plan.Assignments.Count);

    [Fact]
    public void EveryRun_IsPlacedRefusedOrWaits_ExactlyOnce() => Holds(scene =>
    {
        var plan = scene.Plan;
        var seen = plan.Assignments.Select(assignment => assignment.RunId).Distinct()
            .Concat(plan.Refusals.Select(refusal => refusal.RunId)).Concat(plan.Waiting.Select(refusal => refusal.RunId)).ToList();
        return seen.Count == scene.Queue.Length && seen.ToHashSet().SetEquals(scene.Queue.Select(run => run.RunId));
    });

    [Fact]
    public void EveryRun_IsPlacedWholeOrNotAtAll() => Holds(scene =>
        scene.Plan.Assignments.GroupBy(assignment => assignment.RunId)
            .All(placed => placed.Count() == scene.Queue.Single(run => run.RunId == placed.Key).Jobs.Count));

    [Fact]
    public void Capacity_IsNeverExceeded_NorAnUnreachableHostUsed() => Holds(scene =>
    {
        var jobs = scene.Queue.SelectMany(run => run.Jobs).ToDictionary(job => job.JobId);
        return scene.Plan.Assignments.GroupBy(assignment => assignment.HostId).All(placed =>
        {
            var host = scene.Hosts.Single(host => host.HostId == placed.Key);
            var asked = placed.Select(assignment => jobs[assignment.JobId].Requirements).ToList();
            bool IsWithin(Func<Requirements, double> amount, double total) =>
                !asked.Any(one => amount(one) > 0) || host.Running.Select(job => job.Requirements).Concat(asked).Sum(amount) <= total;
            return host.Reachable && host.Running.Count + asked.Count <= host.MaxJobs
                && IsWithin(one => Cpus(one), host.Resources.Cpus) && IsWithin(one => Memory(one) * 1024, host.Resources.MemoryMib);
        });
    });

    [Fact]
    public void FirstOfTheQueue_SeesAllThatIsFree() => Holds(scene =>
    {
        if (scene.Queue.Length == 0)
        {
            return true;
        }

        // What stands behind it in the queue makes no difference to it.
        var first = scene.Queue.OrderByDescending(run => run.Priority).ThenBy(run => run.SubmittedAt).First();
        var alone = (scene with { Queue = [first] }).Plan;
        return scene.Plan.Assignments.Where(assignment => assignment.RunId == first.RunId).SequenceEqual(alone.Assignments);
    });

    [Fact]
    public void LaterRuns_NeverDelayAWaitingOne() => Holds(scene =>
    {
        // Place what the plan says, then let all that ran before end: with nothing but the newly placed runs, the first that waited fits.
        var plan = scene.Plan;
        var order = scene.Queue.OrderByDescending(run => run.Priority).ThenBy(run => run.SubmittedAt).ToList();
        var waiting = order.FirstOrDefault(run => plan.Waiting.Any(refusal => refusal.RunId == run.RunId));
        if (waiting is null)
        {
            return true;
        }

        var jobs = scene.Queue.SelectMany(run => run.Jobs).ToDictionary(job => job.JobId);
        var passed = order.SkipWhile(run => run != waiting).Select(run => run.RunId).ToHashSet();
        HostState[] after = [.. scene.Hosts.Select(host => host with
        {
            Running = [.. plan.Assignments.Where(one => one.HostId == host.HostId && passed.Contains(one.RunId)).Select(one => new RunningJob(jobs[one.JobId].Requirements))],
        })];
        var isHeldByReachable = !(new Scene([waiting], [.. scene.Hosts.Where(host => host.Reachable).Select(host => host with { Running = [] })])).Plan.Assignments.Any();
        return isHeldByReachable || new Scene([waiting], after).Plan.Assignments.Count == waiting.Jobs.Count;
    });

    [Fact]
    public void Refused_AreOnlyThoseThatFitNoEmptyHosts() => Holds(scene => scene.Plan.Refusals.All(refusal =>
    {
        HostState[] empty = [.. scene.Hosts.Select(host => host with { Running = [], Reachable = true })];
        return new Scene([scene.Queue.Single(run => run.RunId == refusal.RunId)], empty).Plan.Assignments.Count == 0;
    }));

    [Fact]
    public void Queue_DrainsWhenJobsEnd() => Holds(scene =>
    {
        HostState[] hosts = [.. scene.Hosts.Select(host => host with { Reachable = true })];
        var queue = scene.Queue.ToList();
        for (var round = 0; queue.Count > 0; round++)
        {
            if (round > scene.Queue.Length + 1)
            {
                return false;
            }

            var plan = new Scene([.. queue], hosts).Plan;
            var gone = plan.Assignments.Select(one => one.RunId).Concat(plan.Refusals.Select(one => one.RunId)).ToHashSet();
            queue.RemoveAll(run => gone.Contains(run.RunId));
            hosts = [.. hosts.Select(host => host with { Running = [] })];
        }

        return true;
    });

    private static void Holds(Func<Scene, bool> property) => Check.One(Thorough, Prop.ForAll(Scenes.ToArbitrary(), property));

    private static Gen<HostState> HostOf(int index) =>
        from cpus in Gen.Choose(1, 6)
        from memory in Gen.Choose(1, 12)
        from slots in Gen.Choose(1, 5)
        from reachable in Gen.Frequency((4, Gen.Constant(true)), (1, Gen.Constant(false)))
        from running in Gen.ListOf(Asks, 2)
        select Host(((char)('a' + index)).ToString(), cpus, memory, slots, reachable, [.. running.Take(slots)]);

    private static Gen<QueuedRun> RunOf(int index) =>
        from priority in Gen.Elements(0, 0, 0, 50, 100)
        from nodes in Gen.Frequency((3, Gen.Constant(1)), (1, Gen.Choose(2, 4)))
        from ask in Asks
        select Run(index + 1, priority, [.. Enumerable.Repeat(ask, nodes)]);

    private static int Cpus(Requirements requirements) => requirements.Resources.Cpu?.Count.Min ?? 0;

    private static double Memory(Requirements requirements) => requirements.Resources.Memory?.Min ?? 0;
}

using Gantry.Engine.Placement;
using Gantry.Model.Values;
using static Gantry.Engine.Tests.Placement.Hosts;

namespace Gantry.Engine.Tests.Placement;

public sealed class PlacementTests
{
    [Fact]
    public void Nothing_AskedFor_FitsBesideAnything() =>
        Assert.Equal([1, 2], Plan([Run(1, 0, Ask()), Run(2, 0, Ask())], Host(cpus: 1, running: [Ask(cpus: 1)])).Placed());

    [Fact]
    public void Queue_GoesByPriority_ThenAge() =>
        Assert.Equal([3, 1, 2], Plan([Run(2, 0, Ask()), Run(1, 0, Ask()), Run(3, 50, Ask())], Host()).Placed());

    [Fact]
    public void MaxJobs_LimitsTheCount()
    {
        var plan = Plan([Run(1, 0, Ask()), Run(2, 0, Ask()), Run(3, 0, Ask())], Host(maxJobs: 3, running: [Ask()]));
        Assert.Equal([1, 2], plan.Placed());
        Assert.Equal("Waits for room: host a runs at most 3 jobs at once.", Assert.Single(plan.Waiting).Why);
    }

    [Fact]
    public void OnlyTheFirstThatWaits_SaysWhatItLacks()
    {
        var plan = Plan([Run(1, 0, Ask(cpus: 5)), Run(2, 0, Ask(cpus: 5)), Run(3, 0, Ask(cpus: 4))], Host(running: [Ask(cpus: 4)]));
        Assert.Equal(
            ["Waits for room: it needs 5 CPUs on one host; host a has 4 free.", "Waits for its turn: a run before it waits for room.", "Waits for its turn: a run before it waits for room."],
            plan.Waiting.Select(one => one.Why));
    }

    [Fact]
    public void Gang_IsPlacedWholeOrNotAtAll()
    {
        var gang = Run(1, 0, Ask(cpus: 4), Ask(cpus: 4), Ask(cpus: 4));
        Assert.Equal([1, 1, 1], Plan([gang], Host("a"), Host("b")).Placed());

        var plan = Plan([gang], Host("a"), Host("b", running: [Ask(cpus: 8)]));
        Assert.Empty(plan.Assignments);
        Assert.Equal("Waits for room: it needs 4 CPUs on one host; host b has 0 free.", Assert.Single(plan.Waiting).Why);
    }

    [Fact]
    public void RunOfAnImage_OnAHostWithoutDocker_IsRefusedWithWhatIsMissing()
    {
        var run = Run(1, 0, Ask());
        run = run with { Jobs = [run.Jobs[0] with { NeedsContainer = true }] };

        var why = Assert.Single(Plan([run], Host("a") with { ContainersProblem = "no Docker listens at /run/d.sock" }).Refusals).Why;

        Assert.Equal("No host can hold it: it needs Docker for its image, and on host a no Docker listens at /run/d.sock.", why);
        Assert.Single(Plan([run], Host("a") with { Containers = true }).Assignments);
    }

    [Fact]
    public void RunThatCanNeverFit_IsRefused_WithNeedAndHave()
    {
        Assert.Equal(
            "No host can hold it: it needs 64 CPUs on one host; host a has 2, host b has 8.",
            Assert.Single(Plan([Run(1, 0, Ask(cpus: 64))], Host("a", cpus: 2), Host("b")).Refusals).Why);
        Assert.Equal(
            "No host can hold it: it needs 40GB of memory on one host; host a has 16GB.",
            Assert.Single(Plan([Run(1, 0, Ask(memory: 40))], Host()).Refusals).Why);
        Assert.Equal(
            "No hosts can hold its 3 nodes together: they need 12 CPUs, room for 3 jobs; host a has 8 CPUs, 16GB of memory, 100GB of disk, room for 64 jobs.",
            Assert.Single(Plan([Run(1, 0, Ask(cpus: 4), Ask(cpus: 4), Ask(cpus: 4))], Host()).Refusals).Why);
        var arm = Ask() with { Resources = new ResourcesSpec { Cpu = new CpuSpec(CpuArchitecture.Arm, new Range<int>(1, null)) } };
        Assert.Equal(
            "No host can hold it: it needs another CPU architecture; host a is x86.", Assert.Single(Plan([Run(1, 0, arm)], Host()).Refusals).Why);
    }

    [Fact]
    public void UnreachableHost_IsWaitedFor()
    {
        var plan = Plan([Run(1, 0, Ask(cpus: 4))], Host("a", cpus: 2), Host("b", reachable: false));
        Assert.Empty(plan.Refusals);
        Assert.Equal("Waits for a host that could hold it to connect: host b is unreachable.", Assert.Single(plan.Waiting).Why);
        Assert.Equal("Waits for a host: none is known yet.", Assert.Single(Plan([Run(1, 0, Ask())]).Waiting).Why);
    }

    [Fact]
    public void LaterRun_TakesOnlyWhatAWaitingOneDoesNotNeed()
    {
        // The first waits for 8 CPUs. A small one that wants a CPU would keep it waiting; one that wants none, or another host, would not.
        var host = Host("a", running: [Ask(cpus: 2)]);
        Assert.Equal([3], Plan([Run(1, 0, Ask(cpus: 8)), Run(2, 0, Ask(cpus: 1)), Run(3, 0, Ask())], host).Placed());
        Assert.Equal([2], Plan([Run(1, 0, Ask(cpus: 8)), Run(2, 0, Ask(cpus: 1))], host, Host("b", cpus: 4)).Placed());
        Assert.Equal([2], Plan([Run(1, 0, Ask(cpus: 7)), Run(2, 0, Ask(memory: 16))], host).Placed());
    }

    [Fact]
    public void UpperEndOfARange_ExcludesNoHost()
    {
        var exactly = Ask() with { Resources = new ResourcesSpec { Cpu = new CpuSpec(null, new Range<int>(2, 2)) } };
        Assert.Equal([1], Plan([Run(1, 0, exactly)], Host()).Placed());
    }

    [Fact]
    public void FleetHost_HasDstacksDefaultsForWhatIsLeftOut()
    {
        var plan = Plan([Run(1, 0, Ask())], Host(cpus: 1) with { Embedded = false });
        Assert.Equal("No host can hold it: it needs 2 CPUs on one host; host a has 1.", Assert.Single(plan.Refusals).Why);
    }

    [Fact]
    public void Offers_ListHostsThatCouldHoldIt_IdleFirst()
    {
        var offers = Offers.For(
            new QueuedJob(Guid.Empty, Ask(cpus: 4)), [Host("a", reachable: false), Host("b", running: [Ask(cpus: 6)]), Host("c"), Host("d", cpus: 2)]);
        Assert.Equal([("c", "idle"), ("b", "busy"), ("a", "not_available")], offers.Select(offer => (offer.Instance.Name, offer.Availability)));
        Assert.All(offers, offer => Assert.Equal(("remote", "remote", 0.0, "runner"), (offer.Backend, offer.Region, offer.Price, offer.InstanceRuntime)));
        Assert.Empty(Offers.For(new QueuedJob(Guid.Empty, Ask(), NeedsContainer: true), [Host()]));
    }
}

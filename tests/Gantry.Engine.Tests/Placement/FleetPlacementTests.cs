using Gantry.Engine.Placement;
using Gantry.Model.Configurations;
using Gantry.Model.Values;
using static Gantry.Engine.Tests.Placement.Hosts;

namespace Gantry.Engine.Tests.Placement;

public sealed class FleetPlacementTests
{
    [Fact]
    public void WholeHost_RunsOneJob_AndItsGpusAreThatJobs()
    {
        var plan = Plan([Run(1, 0, Small()), Run(2, 0, Small())], FleetHost("a", gpus: 2));

        Assert.Equal(["a-0", "a-1"], Assert.Single(plan.Assignments).Gpus.Select(gpu => gpu.Id));
        Assert.Equal("Waits for room: it needs a host to itself; host a is taken.", Plan([Run(2, 0, Small())], FleetHost("a", gpus: 2, running: new RunningJob(Small(), ["a-0", "a-1"]))).Waiting[0].Why);
    }

    [Fact]
    public void Blocks_AreEqualPartsOfCpusMemoryAndGpus_AndTheDiskIsShared()
    {
        // 4 blocks of 4 CPUs, 16GB and 2 GPUs.
        var host = FleetHost("a", gpus: 8, blocks: 4);
        var plan = Plan([Run(1, 0, Ask(cpus: 4, memory: 16)), Run(2, 0, Ask(cpus: 5, memory: 1)), Run(3, 0, AskGpus("H100:2")), Run(4, 0, Ask(cpus: 1, memory: 1))], host);

        Assert.Equal([1, 2, 3], plan.Placed());
        Assert.Equal([2, 4, 2], plan.Assignments.Select(one => one.Gpus.Count));
        Assert.Equal(8, plan.Assignments.SelectMany(one => one.Gpus).Select(gpu => gpu.Id).Distinct().Count());
    }

    [Fact]
    public void BlocksAuto_AreAsManyAsGpus_OrCpusWhereThereAreNone()
    {
        Assert.Equal(8, FleetHost("a", gpus: 8, blocks: null).TotalBlocks);
        Assert.Equal(16, FleetHost("a", blocks: null).TotalBlocks);
    }

    [Fact]
    public void FullBlocks_SayHowManyAreNeededAndFree()
    {
        var host = FleetHost("a", gpus: 8, blocks: 4, running: [new RunningJob(AskGpus("H100:6"), ["a-0", "a-1", "a-2", "a-3", "a-4", "a-5"])]);

        Assert.Equal("Waits for room: it needs 2 of 4 blocks of a host; host a has 1 free.", Assert.Single(Plan([Run(1, 0, Ask(cpus: 8, memory: 1))], host).Waiting).Why);
    }

    [Fact]
    public void GpusThatAreMissing_AreNamedByCountModelAndMemory_WithWhatEachHostHas()
    {
        var running = new RunningJob(AskGpus("H100:4"), ["a-0", "a-1", "a-2", "a-3"]);
        var away = FleetHost("b", gpus: 8, reachable: false) with { UnreachableSince = Now.AddMinutes(-3) };

        var plan = Plan([Run(1, 0, AskGpus("H100:80GB:8"))], FleetHost("a", gpus: 8, blocks: 8, running: running), away);

        Assert.Equal("Waits for room: it needs 8 × H100 80GB on one host; host a has 4 free, host b is unreachable for 3 min.", Assert.Single(plan.Waiting).Why);
        Assert.Equal(
            "No host can hold it: it needs 16 × H100 on one host; host a has 8.", Assert.Single(Plan([Run(1, 0, AskGpus("H100:16"))], FleetHost("a", gpus: 8)).Refusals).Why);
    }

    [Fact]
    public void BrokenGpu_IsGivenToNobody_AndTheReasonIsToldToWhoMissesIt()
    {
        var host = Host("a") with { Gpus = [.. Gpus("a", 2).Select((gpu, i) => i == 0 ? gpu with { Problem = "its driver asks for a reset" } : gpu)] };

        Assert.Equal("a-1", Assert.Single(Assert.Single(Plan([Run(1, 0, AskGpus("1"))], host).Assignments).Gpus).Id);
        Assert.Equal(
            "No host can hold it: it needs 2 × GPU on one host; host a has 1 (its H100 0 can not be used: its driver asks for a reset).",
            Assert.Single(Plan([Run(1, 0, AskGpus("2"))], host).Refusals).Why);
    }

    [Theory]
    [InlineData("H100", true)]
    [InlineData("h100:80GB", true)]
    [InlineData("A100", false)]
    [InlineData("24GB", false)]
    [InlineData("24GB..", true)]
    [InlineData("nvidia:1", true)]
    [InlineData("amd:1", false)]
    public void Gpu_IsMatchedByNameVendorAndMemory(string asked, bool fits) =>
        Assert.Equal(fits ? 1 : 0, Plan([Run(1, 0, AskGpus(asked))], Host("a") with { Gpus = Gpus("a", 1) }).Assignments.Count);

    [Fact]
    public void TotalMemoryAndComputeCapability_AreMatched()
    {
        var host = Host("a") with { Gpus = Gpus("a", 4) };
        var ask = AskGpus("H100:1..");
        var total = ask with { Resources = ask.Resources with { Gpu = ask.Resources.Gpu! with { TotalMemory = new Range<double>(200, null) } } };
        var newer = ask with { Resources = ask.Resources with { Gpu = ask.Resources.Gpu! with { ComputeCapability = (10, 0) } } };

        Assert.Equal(3, Assert.Single(Plan([Run(1, 0, total)], host).Assignments).Gpus.Count);
        Assert.Empty(Plan([Run(1, 0, newer)], host).Assignments);
    }

    [Fact]
    public void Gang_IsInOneFleetOfInterconnectedHosts_AHostEach()
    {
        var gang = Run(1, 0, AskGpus("H100:8", multinode: true), AskGpus("H100:8", multinode: true));
        var plan = Plan([gang], FleetHost("a", 1, gpus: 8, cluster: true), FleetHost("b", 2, gpus: 8, blocks: 8, cluster: true), FleetHost("c", 2, gpus: 8, cluster: true), FleetHost("d", 3, gpus: 8), FleetHost("e", 3, gpus: 8));

        Assert.Equal(["b", "c"], plan.Assignments.Select(one => ((char)BitConverter.ToInt32(one.HostId.ToByteArray(), 0)).ToString()));
    }

    [Fact]
    public void Gang_WithoutACluster_IsToldSo()
    {
        var gang = Run(1, 0, AskGpus("1", multinode: true), AskGpus("1", multinode: true));

        Assert.Equal(
            "No host can hold it: it needs a fleet with placement: cluster for its nodes; host a is in fleet fleet-1, which is none.",
            Assert.Single(Plan([gang], FleetHost("a", gpus: 8)).Refusals).Why);
        Assert.Equal(
            "No fleet can hold its 2 nodes together: each needs a host of its own, and all of one fleet with placement: cluster; fleet fleet-1 has 1 that could, fleet fleet-2 has 1 that could.",
            Assert.Single(Plan([gang], FleetHost("a", 1, gpus: 8, cluster: true), FleetHost("b", 2, gpus: 8, cluster: true)).Refusals).Why);
    }

    [Fact]
    public void Wishes_AreMetOrNamed()
    {
        HostState[] hosts = [FleetHost("a", 1), FleetHost("b", 2) with { InstanceNum = 3, Addresses = ["10.0.0.2"] }, Host("c")];
        string Where(PlacementWishes wishes)
        {
            var run = Run(1, 0, Small());
            var plan = Plan([run with { Jobs = [run.Jobs[0] with { Wishes = wishes }] }], hosts);
            return plan.Refusals.Count > 0 ? plan.Refusals[0].Why : hosts.Single(host => host.HostId == plan.Assignments[0].HostId).Name;
        }

        Assert.Equal("b", Where(new() { Fleets = ["fleet-2"] }));
        Assert.Equal("b", Where(new() { Instances = [new InstanceSelector(Fleet: "fleet-2", InstanceNum: 3)] }));
        Assert.Equal("b", Where(new() { Instances = [new InstanceSelector(Hostname: "10.0.0.2")] }));
        Assert.Equal("c", Where(new() { Instances = [new InstanceSelector(Name: "c")] }));
        Assert.Equal("c", Where(new() { InstanceTypes = ["c"] }));
        Assert.Equal(
            "No host can hold it: it needs fleet big; host a is in fleet fleet-1, host b is in fleet fleet-2, host c is this server's own.", Where(new() { Fleets = ["big"] }));
    }

    [Fact]
    public void FleetOfAnotherProject_IsNotForIt()
    {
        var run = Run(1, 0, Small());
        run = run with { Jobs = [run.Jobs[0] with { ProjectId = Guid.NewGuid() }] };

        Assert.Single(Plan([run], FleetHost("a") with { ProjectId = Guid.NewGuid() }).Refusals);
        Assert.Single(Plan([run], FleetHost("a") with { ProjectId = run.Jobs[0].ProjectId }).Assignments);
    }

    [Fact]
    public void SmallHosts_AreTakenFirst_AndTheServersOwnLast()
    {
        HostState[] hosts = [Host("c"), FleetHost("a", gpus: 8), FleetHost("b")];

        Assert.Equal(hosts[2].HostId, Assert.Single(Plan([Run(1, 0, Small())], hosts).Assignments).HostId);
        Assert.Equal(hosts[0].HostId, Assert.Single(Plan([Run(1, 0, Small())], hosts[0], hosts[1] with { Accepts = false }).Assignments).HostId);
    }

    [Fact]
    public void Offer_ShowsTheBlocksThatAJobWouldGet()
    {
        var offer = Assert.Single(Offers.For(new QueuedJob(Guid.Empty, AskGpus("H100:2")), [FleetHost("a", gpus: 8, blocks: 8)]));

        Assert.Equal((2, 8, 4, 2), (offer.Blocks, offer.TotalBlocks, offer.Instance.Resources.Cpus, offer.Instance.Resources.Gpus.Count));
    }

    private static Model.Api.Requirements Small() => new()
    {
        Resources = new ResourcesSpec { Cpu = new CpuSpec(null, new Range<int>(1, null)), Memory = new Range<double>(1, null), Disk = new Range<double>(1, null) },
    };
}

using Gantry.Engine.Placement;
using Gantry.Engine.Volumes;
using Gantry.Model.Configurations;
using static Gantry.Engine.Tests.Placement.Hosts;

namespace Gantry.Engine.Tests.Volumes;

/// <summary>Placement follows volumes: where they are, and who has them.</summary>
public sealed class VolumePlacementTests
{
    private static readonly HostState A = FleetHost("a", blocks: 4), B = FleetHost("b", blocks: 4);

    [Fact]
    public void Volume_OnAHost_TakesItsJobsThere()
    {
        var plan = Plan([With(Run(1, 0, Small()), On(B, Volume("data")))], A, B);

        Assert.Equal((B.HostId, Id("data")), (Assert.Single(plan.Assignments).HostId, Assert.Single(plan.Assignments[0].Volumes)));
    }

    [Fact]
    public void Volume_OnAHostThatIsFull_LetsTheRunWaitForThatHost()
    {
        var full = B with { Running = [new RunningJob(Ask(cpus: 16, memory: 1))] };

        var why = Assert.Single(Plan([With(Run(1, 0, Small()), On(full, Volume("data")))], A, full).Waiting).Why;

        Assert.Equal("Waits for room: it needs 1 of 4 blocks of a host; host b has 0 free.", why);
    }

    [Fact]
    public void Volume_OnAHostThatIsAway_WaitsForItAndSaysWhich()
    {
        var away = B with { Reachable = false };
        Assert.Contains("host b is unreachable", Assert.Single(Plan([With(Run(1, 0, Small()), On(away, Volume("data")))], A, away).Waiting).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Volume_OnAHostThatCannotHoldTheJob_IsRefusedWithBoth()
    {
        var why = Assert.Single(Plan([With(Run(1, 0, Ask(cpus: 64)), On(B, Volume("data")))], A, B).Refusals).Why;

        Assert.Contains("it needs the volume data (on host b); host a does not have it", why, StringComparison.Ordinal);
        Assert.Contains("it needs 64 CPUs on one host; host b has 16", why, StringComparison.Ordinal);
    }

    [Fact]
    public void Volume_WithoutAHost_IsWhereTheFirstJobGoes_AndTheNextFollow()
    {
        var plan = Plan([With(Run(1, 0, Ask(cpus: 16, memory: 1)), Volume("other")), With(Run(2, 0, Small()), Volume("data")), With(Run(3, 0, Ask(cpus: 12, memory: 1)), Volume("data"))], A, B);

        // The first takes all of a; the others have their volume on b.
        Assert.Equal([A.HostId, B.HostId, B.HostId], plan.Assignments.Select(one => one.HostId));
    }

    [Fact]
    public void Exclusive_IsGivenToOneJob_AndWhoWaitsForItHoldsUpNobody()
    {
        var data = Volume("data") with { Access = VolumeAccess.Exclusive };
        var plan = Plan([With(Run(1, 0, Small()), data), With(Run(2, 0, Small()), data), Run(3, 0, Small())], A);

        Assert.Equal([1, 3], plan.Placed());
        Assert.Equal("Waits for the volume data: it takes one job at a time, and a run before it was given it.", Assert.Single(plan.Waiting).Why);

        var used = On(A, data) with { UsedBy = ["train"] };
        Assert.Equal("Waits for the volume data: it takes one job at a time, and run train has it.", Assert.Single(Plan([With(Run(2, 0, Small()), used)], A).Waiting).Why);
    }

    [Fact]
    public void Shared_IsGivenToAnyNumberOfJobs()
    {
        var data = On(A, Volume("data")) with { UsedBy = ["train", "eval"] };
        Assert.Equal([1, 2], Plan([With(Run(1, 0, Small()), data), With(Run(2, 0, Small()), data)], A).Placed());
    }

    [Fact]
    public void ListOfNames_IsTheFirstThatCanBeHad()
    {
        var first = On(A, Volume("first")) with { Access = VolumeAccess.Exclusive, UsedBy = ["train"] };
        var second = On(B, Volume("second"));

        Assert.Equal([Id("second")], Assert.Single(Plan([WithList(Run(1, 0, Small()), first, second)], A, B).Assignments).Volumes);
        Assert.Equal([Id("first")], Assert.Single(Plan([WithList(Run(1, 0, Small()), first with { UsedBy = [] }, second)], A, B).Assignments).Volumes);
    }

    [Fact]
    public void VolumeThatIsGoneOrNotReady_IsSaid()
    {
        var gone = Run(1, 0, Small()) with { Jobs = [Run(1, 0, Small()).Jobs[0] with { Volumes = [new VolumeWish(["data"], "/data", [])] }] };
        Assert.Equal("There is no volume data in the project any more.", Assert.Single(Plan([gone], A).Refusals).Why);

        var broken = Volume("data") with { Problem = "Host a: The directory /mnt/data does not exist there" };
        Assert.Equal("Waits for the volume data: Host a: The directory /mnt/data does not exist there.", Assert.Single(Plan([With(Run(1, 0, Small()), broken)], A).Waiting).Why);
    }

    [Fact]
    public void Nodes_ThatShareAVolumeOfOneHost_AreRefusedWithWhatToDo()
    {
        var nodes = With(Run(1, 0, AskGpus("0", multinode: true), AskGpus("0", multinode: true)), Volume("data"));
        HostState[] cluster = [FleetHost("a", cluster: true), FleetHost("b", cluster: true)];

        Assert.Contains("Its nodes share the volume data, which is on one host.", Assert.Single(Plan([nodes], cluster).Refusals).Why, StringComparison.Ordinal);
        var everywhere = nodes with { Jobs = [.. nodes.Jobs.Select(job => job with { Volumes = [Wish(Volume("data") with { FleetId = cluster[0].FleetId, IsEverywhere = true })] })] };
        Assert.Equal(2, Plan([everywhere], cluster).Assignments.Select(one => one.HostId).Distinct().Count());
        var exclusive = With(nodes, Volume("data") with { Access = VolumeAccess.Exclusive });
        Assert.Contains("which takes one job at a time (access: exclusive)", Assert.Single(Plan([exclusive], cluster).Refusals).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void NodesOfTheEmbeddedHost_MayShareAVolume()
    {
        var plan = Plan([With(Run(1, 0, Ask(), Ask()), Volume("data"))], Host());
        Assert.All(plan.Assignments, one => Assert.Equal([Id("data")], one.Volumes));
        Assert.Equal(2, plan.Assignments.Count);
    }

    [Fact]
    public void Process_HasVolumesOnlyInItsWorkingDirectory_AndNoneReadOnly()
    {
        var elsewhere = With(Run(1, 0, Ask()), Volume("data"));
        elsewhere = elsewhere with { Jobs = [elsewhere.Jobs[0] with { MountedOnlyInContainers = "/data" }] };
        Assert.Contains("nothing can be mounted at /data: write a path in the working directory (./data), or give an image", Assert.Single(Plan([elsewhere], Host()).Refusals).Why, StringComparison.Ordinal);
        // A fleet without a process_user runs it in a container.
        Assert.Equal([1], Plan([elsewhere], Host(), FleetHost("b") with { Processes = false }).Placed());

        var readOnly = With(Run(1, 0, Ask()), Volume("data") with { Access = VolumeAccess.ReadOnly });
        Assert.Contains("cannot be kept from writing to the volume data", Assert.Single(Plan([readOnly], Host()).Refusals).Why, StringComparison.Ordinal);
    }

    private static Model.Api.Requirements Small() => AskGpus("0");

    private static Guid Id(string name) => new(name[0], 9, (short)name[1], new byte[8]);

    private static VolumeState Volume(string name) => new() { VolumeId = Id(name), Name = name };

    private static VolumeState On(HostState host, VolumeState volume) => volume with { HostId = host.HostId, HostName = host.Name };

    private static VolumeWish Wish(params VolumeState[] volumes) => new([.. volumes.Select(volume => volume.Name)], "./data", volumes);

    private static QueuedRun With(QueuedRun run, VolumeState volume) => WithList(run, volume);

    private static QueuedRun WithList(QueuedRun run, params VolumeState[] volumes) => run with { Jobs = [.. run.Jobs.Select(job => job with { Volumes = [Wish(volumes)] })] };
}

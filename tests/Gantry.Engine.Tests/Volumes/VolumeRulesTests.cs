using Gantry.Engine.Runs;
using Gantry.Engine.Volumes;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Values;
using static Gantry.Engine.Tests.Placement.Hosts;

namespace Gantry.Engine.Tests.Volumes;

/// <summary>Where a volume is to be, when it goes by itself, what its names mean, and what cannot be done.</summary>
public sealed class VolumeRulesTests
{
    private static readonly VolumeConfiguration Data = new() { Name = "data" };

    [Fact]
    public void Home_WithoutAWord_IsTheOnlyHost_OrWhereTheFirstJobGoes()
    {
        Assert.Equal(new VolumeHome(Host().HostId), VolumeHome.Of(Data, null, [Host()]));
        Assert.Equal(new VolumeHome(HostId: null), VolumeHome.Of(Data, null, [Host(), FleetHost("b")]));
        Assert.Equal(new VolumeHome(HostId: null), VolumeHome.Of(Data, null, []));
        Assert.Equal(new VolumeHome(FleetHost("b").HostId), VolumeHome.Of(Data with { Fleet = "fleet-1" }, FleetHost("b").FleetId, [Host(), FleetHost("b")]));
    }

    [Fact]
    public void Home_OfADirectoryThatIsThere_HasToBeKnown()
    {
        var sets = Data with { Path = "/mnt/sets" };
        Assert.Equal(FleetHost("b").HostId, VolumeHome.Of(sets with { Instance = "b" }, null, [Host(), FleetHost("b")]).HostId);
        Assert.True(VolumeHome.Of(sets with { Fleet = "fleet-1" }, FleetHost("b").FleetId, [Host(), FleetHost("b")]).IsEverywhere);
        Assert.Equal(Host().HostId, VolumeHome.Of(sets, null, [Host()]).HostId);
        Assert.Contains("Known are: a, b.", VolumeHome.Of(sets, null, [FleetHost("b"), Host()]).Problem, StringComparison.Ordinal);
        Assert.Contains("there is no such host", VolumeHome.Of(sets with { Instance = "c" }, null, [Host()]).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Cleanup_IsDueSoLongAfterTheLastUse_AndNeverInUse()
    {
        var hour = Data with { AutoCleanupDuration = new DurationOrOff(TimeSpan.FromHours(1)) };

        Assert.Equal(Now.AddHours(1), VolumeCleanup.DueAt(hour, Now, null, inUse: false));
        Assert.Equal(Now.AddHours(3), VolumeCleanup.DueAt(hour, Now, Now.AddHours(2), inUse: false));
        Assert.Null(VolumeCleanup.DueAt(hour, Now, null, inUse: true));
        Assert.Null(VolumeCleanup.DueAt(Data, Now, null, inUse: false));
        Assert.Null(VolumeCleanup.DueAt(Data with { AutoCleanupDuration = DurationOrOff.Off }, Now, null, inUse: false));
    }

    [Fact]
    public void Names_WithTheNode_AreOneForEach()
    {
        var jobs = JobPlanner.Jobs(JobPlanner.Effective(new RunSpec
        {
            RunName = "train",
            Configuration = new TaskConfiguration
            {
                Commands = ["true"],
                Nodes = 2,
                Volumes = [new VolumeMountPoint { Names = ["data-${{ dstack.node_rank }}", "spare-${{dstack.job_num}}"], IsList = true, Path = "./data" }],
            },
        }));

        Assert.Equal([["data-0", "spare-0"], ["data-1", "spare-1"]], jobs.Select(job => ((VolumeMountPoint)job.Volumes![0]).Names));
    }

    [Theory]
    [InlineData("data-${{ run.name }}", "/data", "${{ run.name }} means nothing in the name of a volume")]
    [InlineData("data", "/", "no volume can be mounted there")]
    [InlineData("data", "/a/../b", "no volume can be mounted there")]
    [InlineData("data", "${{ env.HOME }}/data", "are not there yet in paths")]
    public void Mount_ThatCannotBe_IsNamed(string name, string path, string words) => Assert.Contains(
        words,
        Assert.Single(JobPlanner.Unsupported(new RunSpec { Configuration = new TaskConfiguration { Commands = ["true"], Volumes = [new VolumeMountPoint { Names = [name], Path = path }] } })),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("./data", null, null)]
    [InlineData("/data", null, "/data")]
    [InlineData("/home/me/data", "/home/me", null)]
    [InlineData("/home/me/data", "/home/me/", null)]
    [InlineData("/home/mea/data", "/home/me", "/home/mea/data")]
    [InlineData("/home/me/../data", "/home/me", "/home/me/../data")]
    public void Path_InAProcess_IsInItsWorkingDirectory(string path, string? directory, string? not) =>
        Assert.Equal(not, MountPaths.NotForProcesses([new VolumeMountPoint { Names = ["data"], Path = path }], directory));

    [Fact]
    public void VolumeOfACloud_IsRefusedByName_UnlessItsRegionIsRemote()
    {
        Assert.StartsWith("backend: aws: ", Assert.Single(UnsupportedVolumes.Of(Data with { Backend = "aws", Region = "eu-west-1" })), StringComparison.Ordinal);
        Assert.Empty(UnsupportedVolumes.Of(Data));
        Assert.Empty(UnsupportedVolumes.Of(Data with { Backend = "aws" }));
        Assert.StartsWith("volume_id: vol-1: ", Assert.Single(UnsupportedVolumes.Of(Data with { Backend = "aws", VolumeId = "vol-1" })), StringComparison.Ordinal);
    }
}

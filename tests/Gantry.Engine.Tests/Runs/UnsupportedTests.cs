using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Engine.Tests.Runs;

public sealed class UnsupportedTests
{
    private static readonly TaskConfiguration Hello = new() { Commands = ["echo hi"] };

    public static TheoryData<string, TaskConfiguration> Refused() => new()
    {
        { "image: ${{ run.image }}: ", Hello with { Image = "${{ run.image }}" } },
        { "registry_auth: ", Hello with { Image = "ubuntu", RegistryAuth = new RegistryAuth("me", "${{ secrets.hunter2 }}") } },
        { "entrypoint: sh 'a: ", Hello with { Image = "ubuntu", Entrypoint = "sh 'a" } },
        { "home_dir: me: ", Hello with { Image = "ubuntu", HomeDir = "me" } },
        { "ports: 80:8501: ", Hello with { Image = "ubuntu", Nodes = 2, Ports = [new PortMapping(80, 8501)] } },
        { "volumes: data: ", Hello with { Image = "ubuntu", Volumes = [new VolumeMountPoint { Path = "/data", Names = ["data"] }] } },
        { "docker: true: ", Hello with { Docker = true } },
        { "privileged: true: ", Hello with { Privileged = true } },
        { "registry_auth: ", Hello with { RegistryAuth = new RegistryAuth("me", "hunter2") } },
        { "entrypoint: /run.sh: ", Hello with { Entrypoint = "/run.sh" } },
        { "python: 3.12: ", Hello with { Python = "3.12" } },
        { "nvcc: true: ", Hello with { Nvcc = true } },
        { "home_dir: /home/me: ", Hello with { HomeDir = "/home/me" } },
        { "repos: ..: ", Hello with { Repos = [new RepoSpec { LocalPath = ".." }] } },
        { "volumes: data: ", Hello with { Volumes = [new VolumeMountPoint { Path = "/data", Names = ["data"] }] } },
        { "volumes: /mnt:/data: ", Hello with { Volumes = [new InstanceMountPoint { Path = "/data", InstancePath = "/mnt" }] } },
        { "dstack: true: ", Hello with { Dstack = true } },
        { "backends: aws, gcp: ", Hello with { Backends = ["aws", "gcp"] } },
        { "regions: eu-west-1: ", Hello with { Regions = ["eu-west-1"] } },
        { "availability_zones: a: ", Hello with { AvailabilityZones = ["a"] } },
        { "reservation: r1: ", Hello with { Reservation = "r1" } },
        { "spot_policy: spot: ", Hello with { SpotPolicy = SpotPolicy.Spot } },
        { "env: TOKEN: ", Hello with { Env = Env("TOKEN", null) } },
        { "env: TOKEN: ", Hello with { Env = Env("TOKEN", "${{ secrets.hunter2 }}") } },
        { "commands: ", new TaskConfiguration() },
        { "schedule: 61 * * * *: ", Hello with { Schedule = new ScheduleSpec(["61 * * * *"]) } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Setting_ThatCannotBeDone_IsNamedWithItsValue(string begins, TaskConfiguration task)
    {
        var line = Assert.Single(Unsupported(task));
        Assert.StartsWith(begins, line, StringComparison.Ordinal);
        Assert.EndsWith(".", line, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_WithoutMeaningOnOnesOwnHost_AreAccepted() => Assert.Empty(Unsupported(Hello with
    {
        SpotPolicy = SpotPolicy.Auto,
        InstanceTypes = ["p5"],
        Fleets = ["f1"],
        Instances = [new InstanceSelector(Fleet: "f1", InstanceNum: 2)],
        MaxPrice = 1,
        CreationPolicy = CreationPolicy.ReuseOrCreate,
        IdleDuration = DurationOrOff.Off,
        Tags = new Dictionary<string, string> { ["team"] = "a" },
        Backends = ["aws", "remote"],
        Ports = [new PortMapping(8501, 8501), new PortMapping(null, 8502)],
        Volumes = [new InstanceMountPoint { Path = "/mnt", InstancePath = "/mnt" }, new InstanceMountPoint { Path = "/a", InstancePath = "/b", Optional = true }],
        Resources = new ResourcesSpec { ShmSize = 16, Gpu = new GpuSpec { Count = new Range<int>(2, 2) } },
        Env = Env("A", "b"),
        Schedule = new ScheduleSpec(["15 23 * * *"]),
        Nodes = 2,
        Shell = "bash",
        User = "ubuntu",
        WorkingDir = "~/work",
    }));

    [Fact]
    public void Settings_OfAContainer_AreAccepted() => Assert.Empty(Unsupported(new TaskConfiguration
    {
        Image = "ubuntu",
        Privileged = true,
        RegistryAuth = new RegistryAuth("me", "hunter2"),
        Entrypoint = "/run.sh --fast",
        HomeDir = "/home/me",
        User = "1000:1000",
        Ports = [new PortMapping(80, 8501), new PortMapping(null, 8502)],
        Volumes = [new InstanceMountPoint { Path = "/data", InstancePath = "/mnt" }],
        Resources = new ResourcesSpec { ShmSize = 16, Memory = new Range<double>(1, 2), Cpu = new CpuSpec(null, new Range<int>(1, 2)) },
    }));

    [Fact]
    public void Problems_AreNamedAllAtOnce() => Assert.Equal(3, Unsupported(Hello with { Privileged = true, Python = "3.12", Dstack = true }).Count);

    private static IReadOnlyList<string> Unsupported(TaskConfiguration task) =>
        JobPlanner.Unsupported(JobPlanner.Effective(new RunSpec { Configuration = task }));

    private static EnvironmentVariables Env(string name, string? value) => new([KeyValuePair.Create(name, value)]);
}

using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Link;
using Gantry.Model.Values;

namespace Gantry.Engine.Tests.Runs;

public sealed class ContainerOrderTests
{
    private static readonly TaskConfiguration Alpine = new() { Image = "alpine:3" };

    [Fact]
    public void Commands_OfAnImage_RunInItsShellWithOneOutput()
    {
        var order = Order(Alpine with { Commands = ["echo a", "echo b"] });

        Assert.Equal(("docker", "alpine:3", true), (order.Executor, order.Container!.Image, order.Container.Init));
        Assert.Equal(["/bin/sh", "-c"], order.Command.Take(2));
        Assert.StartsWith("exec 2>&1\necho a\n", order.Command[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash", "bash")]
    [InlineData("/opt/sh", "/opt/sh")]
    [InlineData("sh", "/bin/sh")]
    public void Shell_OfAnImage_IsTheOneNamed(string shell, string program) =>
        Assert.Equal(program, Order(Alpine with { Commands = ["true"], Shell = shell }).Command[0]);

    [Fact]
    public void Image_WithoutCommands_RunsItsOwnEntrypointAsFirstProcess()
    {
        var order = Order(Alpine);

        Assert.Empty(order.Command);
        Assert.False(order.Container!.Init);
    }

    [Theory]
    [InlineData("/run.sh --name 'a b' \"c\\\"d\" e\\ f ''", new[] { "/run.sh", "--name", "a b", "c\"d", "e f", "", "x" })]
    [InlineData("python", new[] { "python", "x" })]
    public void Entrypoint_GetsTheCommandsAsItsArguments(string entrypoint, string[] expected)
    {
        var order = Order(Alpine with { Entrypoint = entrypoint, Commands = ["x"] });

        Assert.Equal(expected, order.Command);
        Assert.False(order.Container!.Init);
    }

    [Fact]
    public void Limits_AreTheHighEndsOfRanges()
    {
        var resources = new ResourcesSpec { Cpu = new CpuSpec(null, new Range<int>(1, 3)), Memory = new Range<double>(0.25, 0.5), ShmSize = 1 };
        var container = Order(Alpine with { Resources = resources }).Container!;

        Assert.Equal((3, 512L << 20, 1L << 30), (container.MaxCpus, container.MaxMemoryBytes, container.ShmBytes));
    }

    [Fact]
    public void Limits_OfOpenRanges_AreNone()
    {
        var container = Order(Alpine with { Resources = new ResourcesSpec { Cpu = new CpuSpec(null, new Range<int>(1, null)), Memory = new Range<double>(1, null) } }).Container!;

        Assert.Equal((null, null, null), (container.MaxCpus, container.MaxMemoryBytes, container.ShmBytes));
    }

    [Fact]
    public void Ports_ThatAreTheSameOnBothSides_NeedNoNetworkOfTheirOwn() =>
        Assert.Empty(Order(Alpine with { Ports = [new PortMapping(8501, 8501), new PortMapping(null, 8502)] }).Container!.Ports);

    [Fact]
    public void Ports_OfWhichOneIsMapped_AreAllPublished() => Assert.Equal(
        [new ContainerPort(80, 8501), new ContainerPort(null, 8502)],
        Order(Alpine with { Ports = [new PortMapping(80, 8501), new PortMapping(null, 8502)] }).Container!.Ports);

    [Fact]
    public void Volumes_OfTheHost_AreMounted() => Assert.Equal(
        [new ContainerMount("/mnt/data", "/data", true)],
        Order(Alpine with { Volumes = [new InstanceMountPoint { Path = "/data", InstancePath = "/mnt/data", Optional = true }] }).Container!.Mounts);

    [Fact]
    public void Process_HasNoContainer() => Assert.Equal(
        ("process", (ContainerOrder?)null), Order(new TaskConfiguration { Commands = ["true"] }) is var order ? (order.Executor, order.Container) : default);

    private static JobOrder Order(TaskConfiguration task)
    {
        var spec = JobPlanner.Jobs(JobPlanner.Effective(new RunSpec { Configuration = task }))[0];
        return JobPlanner.Order(Guid.NewGuid(), Guid.NewGuid(), "main", Guid.NewGuid(), "run", null, spec, [new NodePlace("10.0.0.1", 0, 0, 0)], []);
    }
}

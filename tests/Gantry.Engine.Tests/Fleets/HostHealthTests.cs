using Gantry.Engine.Fleets;
using Gantry.Model.Link;
using Gantry.Model.States;

namespace Gantry.Engine.Tests.Fleets;

/// <summary>How well a host is, by what its agent says.</summary>
public sealed class HostHealthTests
{
    [Fact]
    public void Host_WithoutComplaints_IsHealthy() =>
        Assert.Equal((HealthStatus.Healthy, 0), (HostHealth.Of(Facts(Gpu(0)), needsDocker: true).Status, HostHealth.Of(Facts(Gpu(0)), needsDocker: true).Complaints.Count));

    [Fact]
    public void Host_WithABrokenGpuAndAWarning_SaysBothAndIsTheWorse()
    {
        var health = HostHealth.Of(Facts(Gpu(0) with { Warning = "it had 3 uncorrected memory errors since its driver started" }, Gpu(1) with { Problem = "it is lost from the bus" }), needsDocker: true);

        Assert.Equal(HealthStatus.Failure, health.Status);
        Assert.Equal(
            [
                (HealthStatus.Warning, "The nvidia GPU 0 (H100) is used, but it had 3 uncorrected memory errors since its driver started."),
                (HealthStatus.Failure, "The nvidia GPU 1 (H100) is given to no job: it is lost from the bus."),
            ],
            health.Complaints);
    }

    [Theory]
    [InlineData(true, HealthStatus.Failure)]
    [InlineData(false, HealthStatus.Healthy)]
    public void Host_WithoutDocker_IsAFailureWhereJobsNeedIt(bool needsDocker, HealthStatus expected) =>
        Assert.Equal(expected, HostHealth.Of(Facts() with { DockerVersion = null, DockerProblem = "Docker does not answer" }, needsDocker).Status);

    [Fact]
    public void Host_WhoseToolComplains_MayHaveMoreGpus() =>
        Assert.Equal("There may be more GPUs than are found: nvidia-smi says: Failed to initialize NVML.", Assert.Single(HostHealth.Of(Facts() with { GpuProblem = "nvidia-smi says: Failed to initialize NVML" }, needsDocker: false).Complaints).Message);

    [Fact]
    public void Host_WithAFullDisk_IsAFailureAndSaysWhich() => Assert.Equal(
        (HealthStatus.Failure, "The disk of Docker's directory /var/lib/docker is full."),
        Assert.Single(HostHealth.Of(Facts() with { DiskProblem = "the disk of Docker's directory /var/lib/docker is full" }, needsDocker: true).Complaints));

    private static HostFacts Facts(params GpuDevice[] gpus) => new()
    {
        Hostname = "a",
        InternalIp = "10.0.0.1",
        Username = "root",
        Arch = "x86",
        Cpus = 8,
        MemoryMib = 1024,
        DiskMib = 1024,
        MaxJobs = 64,
        DockerVersion = "28",
        Gpus = gpus,
    };

    private static GpuDevice Gpu(int index) => new() { Vendor = "nvidia", Name = "H100", MemoryMib = 81920, Index = index, Id = $"GPU-{index}" };
}

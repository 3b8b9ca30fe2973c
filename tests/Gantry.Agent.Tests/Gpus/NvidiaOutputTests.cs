using Gantry.Agent.Gpus;

namespace Gantry.Agent.Tests.Gpus;

// The lines are in the form that NVIDIA's manual page of nvidia-smi gives for --format=csv,noheader,nounits, with the names and sizes that public
// issue reports show for these cards.
public sealed class NvidiaOutputTests
{
    [Fact]
    public void TwoCards_AreRead()
    {
        var report = NvidiaOutput.Read("""
            0, GPU-6f1a4d2e-9b0c-4c3e-8a51-0d6d3a1f0001, NVIDIA H100 80GB HBM3, 81559, 4123, 87, 0, [N/A], 9.0
            1, GPU-6f1a4d2e-9b0c-4c3e-8a51-0d6d3a1f0002, NVIDIA H100 80GB HBM3, 81559, 1, 0, 0, [N/A], 9.0
            """);

        Assert.Null(report.Problem);
        Assert.Equal([("H100", 81920L, 0, "9.0"), ("H100", 81920L, 1, "9.0")], report.Readings.Select(r => (r.Device.Name, r.Device.MemoryMib, r.Device.Index, r.Device.ComputeCapability!)));
        Assert.Equal("GPU-6f1a4d2e-9b0c-4c3e-8a51-0d6d3a1f0002", report.Readings[1].Device.Id);
        Assert.Equal([(87, 4123L), (0, 1L)], report.Readings.Select(r => (r.UtilPercent!.Value, r.MemoryUsedMib!.Value)));
        Assert.All(report.Readings, r => Assert.Null(r.Device.Problem ?? r.Device.Warning));
    }

    [Fact]
    public void DriverWithoutComputeCapability_IsRead()
    {
        var device = Assert.Single(NvidiaOutput.Read("0, GPU-1, Tesla T4, 15360, 2, 0, [N/A], [N/A]").Readings).Device;

        Assert.Equal(("T4", 16384L, null), (device.Name, device.MemoryMib, device.ComputeCapability));
    }

    [Fact]
    public void UncorrectedErrors_AreAWarning_AndTheCardCanBeUsed()
    {
        var device = Assert.Single(NvidiaOutput.Read("0, GPU-1, NVIDIA A100-SXM4-40GB, 40960, 2, 0, 3, No, 8.0").Readings).Device;

        Assert.Equal("it had 3 uncorrected memory errors since its driver started", device.Warning);
        Assert.Null(device.Problem);
    }

    [Fact]
    public void CardThatAsksForAReset_CanNotBeUsed()
    {
        var device = Assert.Single(NvidiaOutput.Read("5, GPU-1, NVIDIA A100-SXM4-40GB, 40960, [GPU requires reset], [GPU requires reset], [GPU requires reset], No, 8.0").Readings).Device;

        Assert.Equal("its driver asks for a reset", device.Problem);
    }

    [Fact]
    public void LostCard_IsAProblem_AndTheOthersAreRead()
    {
        var report = NvidiaOutput.Read("""
            0, GPU-1, NVIDIA A100-SXM4-40GB, 40960, 2, 0, 0, No, 8.0
            Unable to determine the device handle for GPU0000:3B:00.0: GPU is lost.  Reboot the system to recover this GPU
            """);

        Assert.Single(report.Readings);
        Assert.Contains("GPU is lost", report.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void NoDevices_IsNoProblem() => Assert.Equal((0, null), (NvidiaOutput.Read("No devices were found\n").Readings.Count, NvidiaOutput.Read("No devices were found\n").Problem));

    [Fact]
    public void RefusedColumn_IsRecognised() =>
        Assert.True(NvidiaOutput.IsUnknownField("Field \"compute_cap\" is not a valid field to query.\n\n"));
}

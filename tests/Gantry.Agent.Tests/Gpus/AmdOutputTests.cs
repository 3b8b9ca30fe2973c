using Gantry.Agent.Gpus;

namespace Gantry.Agent.Tests.Gpus;

// In the forms of the AMD SMI documentation (JSON output of static and metric, ROCm 6 and 7), and of rocm-smi as public issue reports quote it.
public sealed class AmdOutputTests
{
    private const string Static = """
        [
            {
                "gpu": 0,
                "asic": { "market_name": "AMD Instinct MI300X", "vendor_id": "0x1002", "device_id": "0x74a1", "rev_id": "0x00", "oam_id": 7 },
                "bus": { "bdf": "0000:05:00.0", "max_pcie_width": 16, "slot_type": "OAM" },
                "vram": { "type": "HBM", "vendor": "HYNIX", "size": { "value": 196592, "unit": "MB" } }
            },
            {
                "gpu": 1,
                "asic": { "market_name": "AMD Instinct MI300X", "device_id": "0x74a1" },
                "bus": { "bdf": "0000:26:00.0" },
                "vram": { "size": "196592 MB" }
            }
        ]
        """;

    private const string Metric = """
        [
            {
                "gpu": 0,
                "usage": { "gfx_activity": { "value": 93, "unit": "%" }, "umc_activity": { "value": 0, "unit": "%" }, "mm_activity": "N/A" },
                "ecc": { "total_correctable_count": 0, "total_uncorrectable_count": 0, "cache_correctable_count": "N/A" },
                "mem_usage": { "total_vram": { "value": 196592, "unit": "MB" }, "used_vram": { "value": 283, "unit": "MB" } }
            },
            {
                "gpu": 1,
                "usage": { "gfx_activity": "N/A" },
                "ecc": { "total_uncorrectable_count": 2 },
                "mem_usage": { "used_vram": { "value": 1024, "unit": "MB" } }
            }
        ]
        """;

    [Fact]
    public void AmdSmi_IsRead()
    {
        var report = AmdOutput.ReadAmdSmi(Static, Metric);

        Assert.Null(report.Problem);
        Assert.Equal([("MI300X", 196608L, "0000:05:00.0"), ("MI300X", 196608L, "0000:26:00.0")], report.Readings.Select(r => (r.Device.Name, r.Device.MemoryMib, r.Device.Id)));
        Assert.Equal([(93, 283L), (null, 1024L)], report.Readings.Select(r => (r.UtilPercent, r.MemoryUsedMib!.Value)));
        Assert.Equal([null, "it had 2 uncorrected memory errors since its driver started"], report.Readings.Select(r => r.Device.Warning));
    }

    [Fact]
    public void AmdSmiOfRocm7_IsRead() =>
        Assert.Equal(["MI300X", "MI300X"], AmdOutput.ReadAmdSmi($"{{\"gpu_data\": {Static}}}", $"{{\"gpu_data\": {Metric}}}").Readings.Select(r => r.Device.Name));

    [Fact]
    public void AmdSmiWithoutMetrics_StillTellsTheDevices() => Assert.Equal([null, null], AmdOutput.ReadAmdSmi(Static, "").Readings.Select(r => r.UtilPercent));

    [Fact]
    public void AmdSmiWithoutDriver_SaysSo()
    {
        var report = AmdOutput.ReadAmdSmi("ERROR:root:Unable to get devices, driver not initialized (amdgpu not found in modules)\n", "");

        Assert.Empty(report.Readings);
        Assert.Equal("amd-smi says: ERROR:root:Unable to get devices, driver not initialized (amdgpu not found in modules)", report.Problem);
    }

    [Fact]
    public void RocmSmi_IsRead()
    {
        var report = AmdOutput.ReadRocmSmi("""
            WARNING: AMD GPU device(s) is/are in a low-power state. Check power control/runtime_status

            {"card1": {"GPU use (%)": "100", "VRAM Total Memory (B)": "68702699520", "VRAM Total Used Memory (B)": "27856896", "PCI Bus": "0000:C9:00.0",
              "Card Series": "AMD INSTINCT MI200 (MCM) OAM LC MBA HPE C2", "Card Model": "0x7408"},
             "card0": {"GPU use (%)": "0", "VRAM Total Memory (B)": "21458059264", "VRAM Total Used Memory (B)": "27856896",
              "Card series": "Radeon RX 7900 XT", "Card model": "0x744c"},
             "system": {"Driver version": "6.8.5"}}
            """);

        Assert.Equal([("RX7900XT", 20480L, 0, "0"), ("MI250X", 65536L, 1, "0000:c9:00.0")], report.Readings.Select(r => (r.Device.Name, r.Device.MemoryMib, r.Device.Index, r.Device.Id)));
        Assert.Equal([(0, 26L), (100, 26L)], report.Readings.Select(r => (r.UtilPercent!.Value, r.MemoryUsedMib!.Value)));
    }
}

using Gantry.Agent.Gpus;

namespace Gantry.Agent.Tests.Gpus;

public sealed class GpuNamesTests
{
    [Theory]
    [InlineData("NVIDIA H100 80GB HBM3", "H100")]
    [InlineData("NVIDIA H100 PCIe", "H100")]
    [InlineData("NVIDIA H100 NVL", "H100NVL")]
    [InlineData("NVIDIA H200", "H200")]
    [InlineData("NVIDIA B200", "B200")]
    [InlineData("NVIDIA GH200 480GB", "GH200")]
    [InlineData("NVIDIA A100-SXM4-80GB", "A100")]
    [InlineData("NVIDIA A100 80GB PCIe", "A100")]
    [InlineData("A100-SXM4-40GB", "A100")]
    [InlineData("NVIDIA A100-SXM4-80GB MIG 1g.10gb", "A100")]
    [InlineData("NVIDIA A10G", "A10G")]
    [InlineData("Tesla V100-SXM2-16GB", "V100")]
    [InlineData("Tesla T4", "T4")]
    [InlineData("NVIDIA L40S", "L40S")]
    [InlineData("NVIDIA GeForce RTX 4090", "RTX4090")]
    [InlineData("NVIDIA GeForce RTX 3080 Ti", "RTX3080Ti")]
    [InlineData("NVIDIA RTX A6000", "A6000")]
    [InlineData("NVIDIA RTX 6000 Ada Generation", "RTX6000Ada")]
    [InlineData("NVIDIA RTX PRO 6000 Blackwell Server Edition", "RTXPRO6000")]
    [InlineData("Quadro RTX 6000", "RTX6000")]
    public void NvidiaCard_HasTheNameThatConfigurationsUse(string told, string expected) => Assert.Equal(expected, GpuNames.Nvidia(told));

    [Theory]
    [InlineData("AMD Instinct MI300X", null, "MI300X")]
    [InlineData("AMD Instinct MI300X OAM", "0x74a1", "MI300X")]
    [InlineData("AMD INSTINCT MI200 (MCM) OAM LC MBA HPE C2", "0x7408", "MI250X")]
    [InlineData("Arcturus GL-XL [AMD Instinct MI100]", "0x0c34", "MI100")]
    [InlineData("Radeon RX 7900 XT", "0x744c", "RX7900XT")]
    [InlineData(null, "0x1900", "0x1900")]
    public void AmdCard_HasTheNameThatConfigurationsUse(string? told, string? device, string expected) => Assert.Equal(expected, GpuNames.Amd(told, device));

    [Theory]
    [InlineData("n150 L", "n150")]
    [InlineData("n300 R", "n300")]
    [InlineData("p150a", "p150a")]
    public void TenstorrentBoard_HasTheNameThatConfigurationsUse(string told, string expected) => Assert.Equal(expected, GpuNames.Tenstorrent(told));

    [Theory]
    [InlineData(81559, 80)]
    [InlineData(81251, 80)]
    [InlineData(40960, 40)]
    [InlineData(23034, 24)]
    [InlineData(24564, 24)]
    [InlineData(15360, 16)]
    [InlineData(46068, 48)]
    [InlineData(143771, 141)]
    [InlineData(183359, 180)]
    [InlineData(196592, 192)]
    [InlineData(11264, 11)]
    public void Memory_IsWhatTheCardIsSoldAs(long told, int gigabytes) => Assert.Equal(gigabytes * 1024L, GpuMemory.AsSold(told));

    [Fact]
    public void MemoryOfNoKnownSize_StaysAsTold() => Assert.Equal(9000, GpuMemory.AsSold(9000));
}

using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Model.Tests;

/// <summary>Which texts each value accepts, with what meaning, and which it refuses.</summary>
public class ValueFormTests
{
    [Theory]
    [InlineData("24GB", 24)]
    [InlineData("24gb", 24)]
    [InlineData("24 GB", 24)]
    [InlineData("512MB", 0.5)]
    [InlineData("1.5TB", 1536)]
    [InlineData("24", 24)]
    [InlineData("0.5", 0.5)]
    [InlineData("0", 0)]
    public void Size_Documented_IsGigabytes(string text, double gigabytes) => Assert.Equal(Parsed.Ok(gigabytes), MemorySize.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("GB")]
    [InlineData("-1GB")]
    [InlineData("24KB")]
    [InlineData("24 G B")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1e999")]
    [InlineData("1e30TB")]
    [InlineData("0x10")]
    public void Size_Malformed_IsRefused(string text) => Assert.False(MemorySize.Parse(text).Ok);

    [Theory]
    [InlineData("24GB..", 24.0, null)]
    [InlineData("24GB..80GB", 24.0, 80.0)]
    [InlineData("..80GB", null, 80.0)]
    [InlineData("24..80GB", 24.0, 80.0)]
    [InlineData("24GB", 24.0, 24.0)]
    [InlineData("512MB .. 1TB", 0.5, 1024.0)]
    public void RangeOfSizes_Documented_HasItsEnds(string text, double? min, double? max) =>
        Assert.Equal(Parsed.Ok(new Range<double>(min, max)), RangeText.ParseSizes(text));

    [Theory]
    [InlineData("..")]
    [InlineData("80GB..24GB")]
    [InlineData("1..2..3")]
    [InlineData("24GB-80GB")]
    public void RangeOfSizes_Malformed_IsRefused(string text) => Assert.False(RangeText.ParseSizes(text).Ok);

    [Theory]
    [InlineData("4", null, 4, 4)]
    [InlineData("2..8", null, 2, 8)]
    [InlineData("16..", null, 16, null)]
    [InlineData("x86:16..", CpuArchitecture.X86, 16, null)]
    [InlineData("arm:8..", CpuArchitecture.Arm, 8, null)]
    [InlineData("ARM", CpuArchitecture.Arm, 2, null)]
    public void Cpu_Documented_IsRead(string text, CpuArchitecture? arch, int? min, int? max) =>
        Assert.Equal(Parsed.Ok(new CpuSpec(arch, new Range<int>(min, max))), CpuSpecText.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("x64:4")]
    [InlineData("x86:arm")]
    [InlineData("2:4")]
    [InlineData("0.5")]
    [InlineData("08")]
    [InlineData("-1")]
    public void Cpu_Malformed_IsRefused(string text) => Assert.False(CpuSpecText.Parse(text).Ok);

    [Theory]
    [InlineData("1", "1")]
    [InlineData("0", "0")]
    [InlineData("amd:2", "amd:2")]
    [InlineData("nvidia", "nvidia:1..")]
    [InlineData("A100", "A100:1..")]
    [InlineData("24GB..", "24GB..:1..")]
    [InlineData("24GB..40GB:2", "24GB..40GB:2")]
    [InlineData("A10G,A100", "A10G,A100:1..")]
    [InlineData("A100:80GB", "A100:80GB:1..")]
    [InlineData("A100:40GB:2", "A100:40GB:2")]
    [InlineData("H100:1..2", "H100:1..2")]
    [InlineData("H100:80GB..:1..4", "H100:80GB..:1..4")]
    [InlineData("nvidia:80GB:8", "nvidia:80GB:8")]
    [InlineData("amd:MI300X:8", "amd:MI300X:8")]
    [InlineData("v5litepod-8", "v5litepod-8:1..")]
    [InlineData("tpu:v2-8", "tpu:v2-8:1..")]
    [InlineData("google:v2-8", "tpu:v2-8:1..")]
    [InlineData("tt:32", "tt:32")]
    [InlineData("tt-galaxy-wh:32", "tt-galaxy-wh:32")]
    [InlineData("p150:8", "p150:8")]
    [InlineData("NVIDIA:a100", "nvidia:a100:1..")]
    [InlineData("2:A100", "A100:2")]
    public void Gpu_Documented_IsRead(string text, string printed)
    {
        var parsed = GpuSpecText.Parse(text);
        Assert.Null(parsed.Error);
        Assert.Equal(printed, GpuSpecText.Print(parsed.Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("A100:")]
    [InlineData("A100::2")]
    [InlineData("A100,,H100")]
    [InlineData("A100:H100")]
    [InlineData("A100:1:2")]
    [InlineData("A100:40GB:80GB")]
    [InlineData("nvidia:amd")]
    [InlineData("A100:4..2")]
    [InlineData("A100:80GB..40GB")]
    [InlineData("A100;2")]
    [InlineData("80GBx:2..xGB")]
    public void Gpu_Malformed_IsRefused(string text) => Assert.False(GpuSpecText.Parse(text).Ok);

    [Theory]
    [InlineData("90", 90)]
    [InlineData("90s", 90)]
    [InlineData("15m", 900)]
    [InlineData("4h", 14400)]
    [InlineData("2d", 172800)]
    [InlineData("1w", 604800)]
    [InlineData("1 h", 3600)]
    [InlineData("0", 0)]
    public void Duration_Documented_IsSeconds(string text, int seconds) => Assert.Equal(Parsed.Ok(TimeSpan.FromSeconds(seconds)), DurationText.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("h")]
    [InlineData("1h30m")]
    [InlineData("1.5h")]
    [InlineData("-5")]
    [InlineData("5y")]
    [InlineData("1:30")]
    [InlineData("99999999999999999999")]
    [InlineData("9999999w")]
    public void Duration_Malformed_IsRefused(string text) => Assert.False(DurationText.Parse(text).Ok);

    [Theory]
    [InlineData("8501", 8501, 8501)]
    [InlineData("80:8501", 80, 8501)]
    [InlineData("22:22", 22, 22)]
    [InlineData("*:8501", null, 8501)]
    public void Port_Documented_IsRead(string text, int? local, int container) =>
        Assert.Equal(Parsed.Ok(new PortMapping(local, container)), PortMappingText.Parse(text));

    [Theory]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("80:")]
    [InlineData(":80")]
    [InlineData("80:*")]
    [InlineData("1:2:3")]
    [InlineData("http")]
    [InlineData("080")]
    public void Port_Malformed_IsRefused(string text) => Assert.False(PortMappingText.Parse(text).Ok);

    [Theory]
    [InlineData("~/.bashrc", "~/.bashrc", "~/.bashrc")]
    [InlineData("/opt/myorg/", "/opt/myorg/", "/opt/myorg")]
    [InlineData(".:examples", ".", "examples")]
    [InlineData("libs/a.so.1:/lib/b.so.1", "libs/a.so.1", "/lib/b.so.1")]
    public void File_Documented_IsRead(string text, string local, string path) =>
        Assert.Equal(Parsed.Ok(new FilePathMapping(local, path)), FilePathText.Parse(text));

    [Theory]
    [InlineData(".:/repo", ".", null, "/repo")]
    [InlineData("..:repo", "..", null, "repo")]
    [InlineData("..", "..", null, ".")]
    [InlineData("~/repos/demo:~/repo", "~/repos/demo", null, "~/repo")]
    [InlineData("https://github.com/org/repo", null, "https://github.com/org/repo", ".")]
    [InlineData("https://github.com/org/repo:~/data/repo", null, "https://github.com/org/repo", "~/data/repo")]
    [InlineData("https://host:8443/org/repo:data", null, "https://host:8443/org/repo", "data")]
    [InlineData("git@github.com:org/repo.git:data/repo", null, "git@github.com:org/repo.git", "data/repo")]
    [InlineData("git@github.com:org/repo.git", null, "git@github.com:org/repo.git", ".")]
    [InlineData("ssh://git@host:22/org/repo.git:/repo", null, "ssh://git@host:22/org/repo.git", "/repo")]
    public void Repo_Documented_IsRead(string text, string? local, string? url, string path)
    {
        var repo = RepoText.Parse(text).Value;
        Assert.Equal((local, url, path), (repo.LocalPath, repo.Url, repo.Path));
    }

    [Theory]
    [InlineData("my-volume:/volume_data")]
    [InlineData("/mnt/nfs-storage:/storage")]
    [InlineData("data-volume-${{ dstack.node_rank }}:/volume_data")]
    public void Mount_Documented_IsRead(string text) => Assert.Equal(text, MountPointText.Print(MountPointText.Parse(text).Value));

    [Theory]
    [InlineData("my-volume")]
    [InlineData("my-volume:relative")]
    [InlineData("relative/path:/data")]
    [InlineData(":/data")]
    [InlineData("a:/b:/c")]
    public void Mount_Malformed_IsRefused(string text) => Assert.False(MountPointText.Parse(text).Ok);

    [Theory]
    [InlineData("7.5", 7, 5)]
    [InlineData("9", 9, 0)]
    [InlineData("10.0", 10, 0)]
    public void ComputeCapability_Documented_IsRead(string text, int major, int minor) => Assert.Equal(Parsed.Ok((major, minor)), ComputeCapability.Parse(text));

    [Theory]
    [InlineData("0")]
    [InlineData("-1.5")]
    [InlineData("$2")]
    [InlineData("NaN")]
    [InlineData("")]
    public void Price_NotAboveZero_IsRefused(string text) => Assert.False(PriceText.Parse(text).Ok);

    [Theory]
    [InlineData("ab", true)]
    [InlineData("train-2", true)]
    [InlineData("a", false)]
    [InlineData("2train", false)]
    [InlineData("Train", false)]
    [InlineData("train_2", false)]
    [InlineData("train\n", false)]
    [InlineData("a23456789-123456789-123456789-123456789-1", true)]
    [InlineData("a23456789-123456789-123456789-123456789-12", false)]
    public void RunName_ByItsRule_IsValid(string name, bool valid) => Assert.Equal(valid, RunName.IsValid(name));
}

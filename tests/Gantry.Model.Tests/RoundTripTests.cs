using System.Text.Json;
using FsCheck.Fluent;
using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Model.Tests;

/// <summary>parse(print(x)) = x, for every value that has a text, and for whole configurations as JSON and as YAML.</summary>
public class RoundTripTests
{
    [Fact]
    public void Size_PrintedAndParsed_IsTheSame() => Generate.Size.Check(size => Same(size, MemorySize.Parse(MemorySize.Print(size))));

    [Fact]
    public void RangeOfSizes_PrintedAndParsed_IsTheSame() => Generate.Sizes.Check(range => Same(range, RangeText.ParseSizes(RangeText.Print(range))));

    [Fact]
    public void RangeOfCounts_PrintedAndParsed_IsTheSame() => Generate.Counts.Check(range => Same(range, RangeText.ParseCounts(RangeText.Print(range))));

    [Fact]
    public void Duration_PrintedAndParsed_IsTheSame() => Generate.Duration.Check(time => Same(time, DurationText.Parse(DurationText.Print(time))));

    [Fact]
    public void DurationOrOff_PrintedAndParsed_IsTheSame() =>
        Generate.DurationOrOff.Check(time => Same(time, DurationText.ParseOrOff(DurationText.Print(time))));

    [Fact]
    public void Cpu_PrintedAndParsed_IsTheSame() => Generate.Cpu.Check(cpu => Same(cpu, CpuSpecText.Parse(CpuSpecText.Print(cpu))));

    [Fact]
    public void Gpu_PrintedAndParsed_IsTheSame() => Generate.ShortGpu.Check(gpu => Same(gpu, GpuSpecText.Parse(GpuSpecText.Print(gpu))));

    [Fact]
    public void ComputeCapability_PrintedAndParsed_IsTheSame() => Generate.Gpu.Where(gpu => gpu.ComputeCapability is not null)
        .Check(gpu => Same(gpu.ComputeCapability!.Value, ComputeCapability.Parse(ComputeCapability.Print(gpu.ComputeCapability!.Value))));

    [Fact]
    public void Port_PrintedAndParsed_IsTheSame() => Generate.Port.Check(port => Same(port, PortMappingText.Parse(PortMappingText.Print(port))));

    [Fact]
    public void Variable_PrintedAndParsed_IsTheSame() => Generate.Variable.Check(variable => Same(variable, EnvText.Parse(EnvText.Print(variable))));

    [Fact]
    public void Mount_PrintedAndParsed_IsTheSame() => Generate.ShortMount.Check(mount => Same(mount, MountPointText.Parse(MountPointText.Print(mount)!)));

    [Fact]
    public void File_PrintedAndParsed_IsTheSame() => Generate.ShortFile.Check(file => Same(file, FilePathText.Parse(FilePathText.Print(file))));

    [Fact]
    public void Repo_PrintedAndParsed_IsTheSame() => Generate.ShortRepo.Check(repo => Same(repo, RepoText.Parse(RepoText.Print(repo)!)));

    [Fact]
    public void Price_PrintedAndParsed_IsTheSame() =>
        Generate.Size.Where(price => price > 0).Check(price => Same(price, PriceText.Parse(PriceText.Print(price))));

    [Fact]
    public void Task_WrittenAsJsonAndRead_IsTheSame() => GenerateTask.Task.Check(task =>
        Assert.Equal(Structure.Of(task), Structure.Of(JsonSerializer.Deserialize(Json(task), TestJson.Default.Configuration))));

    // JSON is YAML: the same text must mean the same to the other reader.
    [Fact]
    public void Task_WrittenAsJsonAndReadAsYaml_IsTheSame() => GenerateTask.Task.Check(task =>
    {
        var result = ConfigurationParser.Parse(Json(task), null);
        Assert.Equal("", result.PrintProblems());
        Assert.Equal(Structure.Of(task), Structure.Of(result.Value));
    });

    [Fact]
    public void Task_WrittenAsYamlInShortForms_IsTheSame() => GenerateTask.Task.Check(task =>
    {
        var yaml = ShortYaml.Print(task);
        var result = ConfigurationParser.Parse(yaml, null);
        Assert.True(result.Problems.Count == 0, $"{result.PrintProblems()}\n{yaml}");
        Assert.Equal(Structure.Of(task), Structure.Of(result.Value));
    });

    [Fact]
    public void Profile_WrittenAsJsonAndRead_IsTheSame() => GenerateTask.Profile.Check(profile =>
    {
        var text = JsonSerializer.Serialize(profile, TestJson.Default.Profile);
        Assert.Equal(Structure.Of(profile), Structure.Of(JsonSerializer.Deserialize(text, TestJson.Default.Profile)));
    });

    private static string Json(TaskConfiguration task) => JsonSerializer.Serialize(task, TestJson.Default.Configuration);

    private static void Same<T>(T expected, Parsed<T> parsed)
    {
        Assert.Null(parsed.Error);
        Assert.Equal(Structure.Of(expected), Structure.Of(parsed.Value));
    }
}

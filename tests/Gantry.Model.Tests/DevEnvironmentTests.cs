using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck.Fluent;
using Gantry.Model.Configurations;

namespace Gantry.Model.Tests;

/// <summary><c>type: dev-environment</c>, as dstack documents it.</summary>
public class DevEnvironmentTests
{
    [Fact]
    public void Parse_WithNothingButItsType_IsOneForSshOnly()
    {
        var environment = Read("type: dev-environment");
        Assert.Null(environment.Ide);
        Assert.Empty(environment.Init);
        Assert.Null(environment.InactivityDuration);
    }

    [Theory]
    [InlineData("vscode", Ide.Vscode)]
    [InlineData("cursor", Ide.Cursor)]
    [InlineData("windsurf", Ide.Windsurf)]
    [InlineData("zed", Ide.Zed)]
    public void Parse_OfEachEditor_Knows(string name, Ide ide) => Assert.Equal(ide, Read($"type: dev-environment\nide: {name}\nversion: \"1.2\"").Ide);

    [Theory]
    [InlineData("2h", 7200)]
    [InlineData("90", 90)]
    [InlineData("off", null)]
    [InlineData("false", null)]
    [InlineData("true", null)]
    public void InactivityDuration_IsADurationOrOff(string text, int? seconds) =>
        Assert.Equal(seconds is { } s ? TimeSpan.FromSeconds(s) : null, Read($"type: dev-environment\ninactivity_duration: {text}").InactivityDuration);

    [Fact]
    public void Problems_AreAllNamedWithWhatIsAllowed()
    {
        var result = ConfigurationParser.Parse(
            """
            type: dev-environment
            ide: vim
            inactivity_duration: soon
            nodes: 2
            image: debian
            python: "3.12"
            """, "dev.dstack.yml");
        Assert.Null(result.Value);
        var problems = result.PrintProblems();
        Assert.Contains("dev.dstack.yml:2:6: ide: \"vim\" is not known here; allowed: vscode, cursor, windsurf, zed", problems, StringComparison.Ordinal);
        Assert.Contains("dev.dstack.yml:3:22: inactivity_duration: \"soon\" is not a duration", problems, StringComparison.Ordinal);
        Assert.Contains("dev.dstack.yml:4:1: nodes: is not a known key", problems, StringComparison.Ordinal);
        Assert.Contains("python: cannot be used together with image", problems, StringComparison.Ordinal);
        Assert.Equal(4, result.Problems.Count);
    }

    [Fact]
    public void Environment_WrittenAsJsonAndRead_IsTheSameInBothReaders() => Environments.Check(environment =>
    {
        var json = JsonSerializer.Serialize(environment, TestJson.Default.Configuration);
        Assert.Equal(Structure.Of(environment), Structure.Of(JsonSerializer.Deserialize(json, TestJson.Default.Configuration)));
        var parsed = ConfigurationParser.Parse(json, null);
        Assert.Equal("", parsed.PrintProblems());
        Assert.Equal(Structure.Of(environment), Structure.Of(parsed.Value));
    });

    // A random task without what only tasks have.
    private static FsCheck.Gen<Configuration> Environments { get; } =
        from task in GenerateTask.Task.Where(task => task.Groups is null)
        from ide in Generate.OrNull(Generate.AnyOf<Ide>())
        from version in Generate.OrNone(Generate.Text)
        from init in Generate.Text.ListOf()
        from duration in Generate.OrNull(Generate.Duration)
        select Of(task, new DevEnvironmentConfiguration { Ide = ide, Version = version, Init = [.. init], InactivityDuration = duration });

    private static Configuration Of(TaskConfiguration task, DevEnvironmentConfiguration own)
    {
        var shared = JsonNode.Parse(JsonSerializer.Serialize(task, TestJson.Default.Configuration))!.AsObject();
        foreach (var key in (string[])["nodes", "groups", "commands"])
            shared.Remove(key);
        foreach (var (key, value) in JsonNode.Parse(JsonSerializer.Serialize(own, TestJson.Default.Configuration))!.AsObject())
        {
            if (key is "type" or "ide" or "version" or "init" or "inactivity_duration")
                shared[key] = value?.DeepClone();
        }
        return JsonSerializer.Deserialize(shared.ToJsonString(), TestJson.Default.Configuration)!;
    }

    private static DevEnvironmentConfiguration Read(string yaml)
    {
        var result = ConfigurationParser.Parse(yaml, null);
        Assert.Equal("", result.PrintProblems());
        return Assert.IsType<DevEnvironmentConfiguration>(result.Value);
    }
}

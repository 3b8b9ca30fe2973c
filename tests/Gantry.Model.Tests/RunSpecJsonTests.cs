using System.Text.Json;
using Gantry.Model.Api;
using Gantry.Model.Configurations;

namespace Gantry.Model.Tests;

public class RunSpecJsonTests
{
    [Theory]
    [InlineData("apply-hello.json")]
    [InlineData("apply-nightly.json")]
    [InlineData("apply-longrun.json")]
    [InlineData("apply-dev.json")]
    public void RunSpec_OfDstacksReply_IsWrittenAsItCame(string fixture)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", fixture));

        var spec = JsonSerializer.Deserialize(text, ApiJson.Default.GetRunPlanRequest)!;
        var written = JsonSerializer.Serialize(spec.RunSpec, ApiJson.Default.RunSpec);

        using var expected = JsonDocument.Parse(text);
        Assert.Equal(Compact(expected.RootElement.GetProperty("run_spec")), written);
    }

    [Fact]
    public void Yaml_OfTheHappyPath_BecomesATask()
    {
        var result = ConfigurationParser.Parse("""
            type: task
            name: hello
            env:
              - GREETING=hi
              - HOME_TOKEN
            commands:
              - echo $GREETING
            ports: [8501, "80:8080"]
            resources:
              gpu: H100:1..2
              memory: 24GB..
            max_duration: off
            retry: true
            """, "hello.dstack.yml");

        Assert.Equal("", result.PrintProblems());
        var task = Assert.IsType<TaskConfiguration>(result.Value);
        Assert.Equal("hello", task.Name);
        Assert.True(task.MaxDuration!.Value.IsOff);
        Assert.Equal([new(8501, 8501), new(80, 8080)], task.Ports);
    }

    // The converters write floats as Python does, so the texts can be compared, not only their meaning.
    private static string Compact(JsonElement element)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            element.WriteTo(json);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}

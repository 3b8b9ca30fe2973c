using System.Text.Json;
using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Model.Tests;

/// <summary>The language as JSON: dstack's shapes out, those and the short forms in.</summary>
public class WireTests
{
    [Fact]
    public void Read_DstacksDefaultResources_CountAsLeftOut()
    {
        var resources = Read("""{"type":"task","commands":["x"],"resources":{"cpu":{"arch":null,"count":{"min":2,"max":null}},"memory":{"min":8.0,"max":null},"shm_size":null,"gpu":{"vendor":null,"name":null,"count":{"min":0,"max":null},"memory":null,"total_memory":null,"compute_capability":null},"disk":{"size":{"min":100.0,"max":null}}}}""").Resources;
        Assert.Equal(ResourcesSpec.Default, resources);
    }

    [Theory]
    [InlineData("""{"cpu":3}""")]
    [InlineData("""{"memory":"8GB"}""")]
    [InlineData("""{"gpu":{"vendor":"nvidia","count":{"min":0}}}""")]
    [InlineData("""{"disk":{"size":"101GB.."}}""")]
    [InlineData("""{"disk":null}""")]
    public void Read_AnythingButTheDefault_IsKept(string resources) =>
        Assert.NotEqual(ResourcesSpec.Default, Read($$"""{"type":"task","commands":["x"],"resources":{{resources}}}""").Resources);

    [Fact]
    public void Read_NoDisk_AsksForNone() =>
        Assert.Equal(new Range<double>(0, null), JsonSerializer.Deserialize("""{"disk":null}""", TestJson.Default.ResourcesSpec)!.Disk);

    [Fact]
    public void Read_ShortFormsInJson_MeanTheSameAsInYaml()
    {
        var task = Read("""
            {"type":"task","commands":["x"],"python":3.1,"ports":[8501,"*:80"],"env":["A=1","B"],"max_duration":"1h","stop_duration":false,"idle_duration":-1,
             "resources":{"cpu":"x86:16..","memory":24,"gpu":"H100:1..2","shm_size":"512MB"},"volumes":["v:/data"],"files":["a:b"],"repos":["."],
             "retry":true,"fleets":["f",{"project":"p","name":"g"},{"name":"h"}],"instances":["i",{"fleet":"f","instance":1}],"schedule":{"cron":"0 3 * * *"}}
            """);
        Assert.Equal("3.10", task.Python);
        Assert.Equal([new PortMapping(8501, 8501), new PortMapping(null, 80)], task.Ports);
        Assert.Equal(TimeSpan.FromHours(1), task.MaxDuration!.Value.Duration);
        Assert.True(task.StopDuration!.Value.IsOff);
        Assert.True(task.IdleDuration!.Value.IsOff);
        Assert.Equal(["f", "p/g", "h"], task.Fleets!);
        Assert.Equal([new InstanceSelector(Name: "i"), new InstanceSelector(Fleet: "f", InstanceNum: 1)], task.Instances!);
        Assert.Equal(0.5, task.Resources.ShmSize);
    }

    [Fact]
    public void Write_ValuesWithShortForms_UsesDstacksLongForms()
    {
        var task = new TaskConfiguration
        {
            Commands = ["x"],
            Env = new EnvironmentVariables([new("A", "1"), new("HF_TOKEN", null)]),
            Ports = [new PortMapping(null, 80)],
            MaxDuration = DurationOrOff.Off,
            StopDuration = new DurationOrOff(TimeSpan.FromMinutes(5)),
            IdleDuration = DurationOrOff.Off,
            Retry = new RetrySpec { Enabled = true },
            Volumes = [new InstanceMountPoint { InstancePath = "/a", Path = "/b" }, new VolumeMountPoint { Names = ["v"], Path = "/c" }],
            Repos = [new RepoSpec { Url = "https://github.com/org/repo" }],
            Instances = [new InstanceSelector(Fleet: "p/f", InstanceNum: 0)],
            UtilizationPolicy = new UtilizationPolicy(10, TimeSpan.FromHours(1)),
            MaxPrice = 2,
        };
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(task, TestJson.Default.Configuration));
        string At(string key) => json.RootElement.GetProperty(key).GetRawText();
        Assert.Equal("1", At("nodes"));
        Assert.Equal("""{"A":"1","HF_TOKEN":{"key":"HF_TOKEN"}}""", At("env"));
        Assert.Equal("""[{"local_port":null,"container_port":80}]""", At("ports"));
        Assert.Equal("\"off\"", At("max_duration"));
        Assert.Equal("300", At("stop_duration"));
        Assert.Equal("-1", At("idle_duration"));
        Assert.Equal("true", At("retry"));
        Assert.Equal("""[{"instance_path":"/a","path":"/b","optional":false},{"name":"v","path":"/c"}]""", At("volumes"));
        Assert.Equal("""[{"local_path":null,"url":"https://github.com/org/repo","branch":null,"hash":null,"path":".","if_exists":"error"}]""", At("repos"));
        Assert.Equal("""[{"fleet":{"project":"p","name":"f"},"instance":0}]""", At("instances"));
        Assert.Equal("""{"min_gpu_utilization":10,"time_window":3600}""", At("utilization_policy"));
        Assert.Equal("2.0", At("max_price"));
        Assert.Equal("null", At("backend_options"));
    }

    [Fact]
    public void Write_TaskWithGroups_LeavesNodesToThem()
    {
        var task = new TaskConfiguration { Groups = [new NodeGroup { Nodes = 2, Commands = ["x"] }] };
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(task, TestJson.Default.Configuration));
        Assert.Equal("null", json.RootElement.GetProperty("nodes").GetRawText());
        Assert.Equal(2, json.RootElement.GetProperty("groups")[0].GetProperty("nodes").GetInt32());
    }

    [Fact]
    public void Read_InvalidConfiguration_ThrowsEveryProblem()
    {
        var error = Assert.Throws<ConfigurationException>(() => Read("""{"type":"task","commands":["x"],"priority":101,"resources":{"gpu":"x!"},"zzz":1}"""));
        Assert.Equal(["priority", "resources.gpu", "zzz"], error.Problems.Select(problem => problem.Path).Order());
        Assert.All(error.Problems, problem => Assert.Equal(0, problem.Line));
        Assert.Contains("priority: \"101\" is more than 100", error.Message);
    }

    // Inside a request the serializer adds where in the body it stopped, and must leave the exception's type alone.
    [Fact]
    public void Read_InvalidConfigurationInARequest_ThrowsTheSame()
    {
        var error = Assert.Throws<ConfigurationException>(() => JsonSerializer.Deserialize(
            """{"run_spec":{"configuration":{"type":"service"}}}""", Api.ApiJson.Default.GetRunPlanRequest));
        Assert.Equal("type: type: service is not supported yet by this version of Gantry; allowed: task, dev-environment, fleet, volume", Assert.Single(error.Problems).Sentence());
    }

    [Theory]
    [InlineData("""{"type":"task","type":"task","commands":["x"]}""")]
    [InlineData("""[]""")]
    [InlineData(""" "task" """)]
    public void Read_JsonThatIsNoConfiguration_Throws(string json) => Assert.Throws<ConfigurationException>(() => Read(json));

    [Fact]
    public void Read_Null_IsNoConfiguration() => Assert.Null(JsonSerializer.Deserialize("null", TestJson.Default.Configuration));

    [Fact]
    public void Profile_OfDstacksClient_IsRead()
    {
        var profile = JsonSerializer.Deserialize("""{"backends":null,"retry":{"on_events":["error"],"duration":60},"max_duration":"off","name":"default","default":false,"backend_options":null}""", TestJson.Default.Profile)!;
        Assert.Equal("default", profile.Name);
        Assert.Equal([RetryEvent.Error], profile.Retry!.OnEvents!);
        Assert.True(profile.MaxDuration!.Value.IsOff);
    }

    private static TaskConfiguration Read(string json) => (TaskConfiguration)JsonSerializer.Deserialize(json, TestJson.Default.Configuration)!;
}

using System.Text.Json.Nodes;
using Gantry.Testing;

namespace Gantry.EndToEnd;

/// <summary>Jobs on a host whose GPUs a recording nvidia-smi tells.</summary>
public sealed class GpuTests : EndToEndTest
{
    private readonly ToolFolder tools;

    public GpuTests()
    {
        tools = new ToolFolder(Path.Combine(Home.Work, "tools"));
        Home.Environment["PATH"] = $"{tools.Directory}:{Environment.GetEnvironmentVariable("PATH")}";
    }

    [Fact]
    public async Task Jobs_EachGetDevicesOfTheirOwn_AndTheNextWaitsAndSaysForWhat()
    {
        tools.PutNvidia(4);
        var gate = new Gate(Home, "first");
        await Home.Submit("first", ["echo has=$CUDA_VISIBLE_DEVICES order=$CUDA_DEVICE_ORDER node=$DSTACK_GPUS_PER_NODE all=$DSTACK_GPUS_NUM", .. gate.Commands()], "resources:\n  gpu: H100:80GB:2");
        await gate.UntilReached();
        var second = new Gate(Home, "second");
        await Home.Submit("second", ["echo has=$CUDA_VISIBLE_DEVICES", .. second.Commands()], "resources:\n  gpu: 24GB..:1");
        await second.UntilReached();

        await Home.Submit("third", ["echo has=$CUDA_VISIBLE_DEVICES"], "resources:\n  gpu: H100:2");
        await Deadline.Until("the third says what it waits for", async () =>
            (string?)(await Home.Api.Run("third"))!["error"] is { } why && why.StartsWith("Waits for room: it needs 2 × H100 on one host; host ", StringComparison.Ordinal) && why.EndsWith(" has 1 free.", StringComparison.Ordinal));

        Assert.StartsWith("has=0,1 order=PCI_BUS_ID node=2 all=2\n", (await Home.GantryOk("logs", "first")).Output, StringComparison.Ordinal);
        Assert.StartsWith("has=2\n", (await Home.GantryOk("logs", "second")).Output, StringComparison.Ordinal);
        gate.Open();
        await Home.Api.UntilRun("third", "done");
        Assert.Equal("has=0,1\n", (await Home.GantryOk("logs", "third")).Output);
        second.Open();
        await Home.Api.UntilRun("second", "done");
    }

    [Fact]
    public async Task Devices_AreStillTheirJobsAfterTheServerAndTheAgentWereKilled()
    {
        tools.PutNvidia(2);
        var gate = new Gate(Home, "first");
        await Home.Submit("first", gate.Commands(), "resources:\n  gpu: 1");
        await gate.UntilReached();
        await Home.KillServer();
        await Home.KillAgent();

        await Home.Submit("second", ["echo has=$CUDA_VISIBLE_DEVICES"], "resources:\n  gpu: 1");
        await Home.Api.UntilRun("second", "done");

        Assert.Equal("has=1\n", (await Home.GantryOk("logs", "second")).Output);
        gate.Open();
        await Home.Api.UntilRun("first", "done");
    }

    [Fact]
    public async Task Offer_ShowsWhatThereIs_AndWhatNobodyHasNow()
    {
        tools.PutNvidia(4);
        var gate = new Gate(Home, "first");
        await Home.Submit("first", gate.Commands(), "resources:\n  gpu: H100:3");
        await gate.UntilReached();

        Assert.Contains("H100:80GB:4", (await Home.GantryOk("offer", "--gpu", "24GB..:1")).Output, StringComparison.Ordinal);
        Assert.Contains("H100:80GB:1", (await Home.GantryOk("offer", "--gpu", "24GB..:1", "--unallocated")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("H100", (await Home.GantryOk("offer", "--gpu", "A100")).Output, StringComparison.Ordinal);
        var group = JsonNode.Parse((await Home.GantryOk("offer", "--group-by", "gpu,count", "--json")).Output)!["gpus"]!.AsArray().Single()!;
        Assert.Equal(("H100", 81920, "nvidia", 4, "remote"), ((string?)group["name"], (int)group["memory_mib"]!, (string?)group["vendor"], (int)group["count"]!["max"]!, (string?)group["backends"]![0]));
        var wrong = await Home.Gantry("offer", "--group-by", "count");
        Assert.NotEqual(0, wrong.ExitCode);
        Assert.Contains("--group-by needs gpu among its fields.", wrong.Error, StringComparison.Ordinal);
        gate.Open();
        await Home.Api.UntilRun("first", "done");
    }

    [Fact]
    public async Task Metrics_OfARunningJob_AreItsCpuMemoryAndDevices()
    {
        tools.PutNvidia(2, utilisation: "73", used: "2048");
        var gate = new Gate(Home, "first");
        await Home.Submit("first", [$"(while [ ! -e '{Home.Work}/first.open' ]; do :; done) &", .. gate.Commands()], "resources:\n  gpu: H100:1");
        await gate.UntilReached();

        await Deadline.Until("the job's metrics", async () =>
            (await Home.GantryOk("metrics", "first")).Output is var text && text.Contains("73%", StringComparison.Ordinal) && text.Contains("2GB/80GB", StringComparison.Ordinal));
        gate.Open();
        await Home.Api.UntilRun("first", "done");
        Assert.Contains("gpu=0", (await Home.GantryOk("metrics", "first")).Output, StringComparison.Ordinal);
        await Home.GantryOk("delete", "-y", "first");
        Assert.Empty(Directory.GetFiles(Path.Combine(Home.ServerDirectory, "metrics")));
    }

    [Fact]
    public async Task GpuThatIsNotThere_IsRefusedWithTheToolsOwnWords()
    {
        tools.Put("nvidia-smi", "echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18");
        using var apply = Home.Apply("none", ["true"], "resources:\n  gpu: H100:1");
        var result = await apply.Result();

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("it needs 1 × H100 on one host; host ", result.Error, StringComparison.Ordinal);
        Assert.Contains(" has 0 (nvidia-smi says: Failed to initialize NVML: Driver/library version mismatch)", result.Error, StringComparison.Ordinal);
    }

}

using System.Text.Json.Nodes;

namespace Gantry.EndToEnd;

/// <summary>Volumes on the embedded host, with tasks that are processes.</summary>
public sealed class VolumeTests(RunningHome home) : IClassFixture<RunningHome>
{
    [Fact]
    public async Task Example_AppliedTwice_CountsItsRunsAndIsDeletedWithItsFile()
    {
        var volume = Path.Combine(Checkout.Root, "examples", "volume", "data.dstack.yml");
        var task = Path.Combine(Checkout.Root, "examples", "volume", "count.dstack.yml");
        await home.GantryOk("validate", volume, task);

        var early = await home.Gantry("apply", "-f", task, "-y");
        Assert.Contains("volumes: counter: there is no such volume in the project main", early.Error, StringComparison.Ordinal);
        Assert.Contains("Volume counter is ready", (await home.GantryOk("apply", "-f", volume, "-y")).Output, StringComparison.Ordinal);
        Assert.Contains("nothing was changed", (await home.GantryOk("apply", "-f", volume, "-y")).Output, StringComparison.Ordinal);
        Assert.Equal("This is run number 1\n", (await home.GantryOk("apply", "-f", task, "-y")).Output);
        Assert.Equal("This is run number 2\n", (await home.GantryOk("apply", "-f", task, "-y")).Output);

        var directory = DirectoryOf(await Volume("counter"));
        await Deadline.Until("the volume measured", async () => (await home.GantryOk("volume")).Output.Contains("8B", StringComparison.Ordinal));
        Assert.Matches(@"counter +\S+ +1GB +8B +active", (await home.GantryOk("volume", "list")).Output);
        Assert.Contains(directory, (await home.GantryOk("volume", "-v")).Output, StringComparison.Ordinal);
        var other = home.Write("other", "type: volume\nname: counter\nsize: 2GB\n");
        Assert.Contains("size is 1.0, not 2.0", (await home.Gantry("apply", "-f", other, "-y")).Error, StringComparison.Ordinal);

        Assert.Equal("Deleted the volume counter\n", (await home.GantryOk("delete", "-f", volume, "-y")).Output);
        Assert.False(Directory.Exists(Path.GetDirectoryName(directory)));
        Assert.DoesNotContain("counter", (await home.GantryOk("volume")).Output, StringComparison.Ordinal);
        Assert.Matches(@"counter .* deleted", (await home.GantryOk("volume", "-a")).Output);
        Assert.Contains("Volume deleted", (await home.GantryOk("event", "--include-target-type", "volume")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VolumeInUse_IsNotDeleted_AndAnExclusiveOneIsForOneRunAtATime()
    {
        await Create("single", "access: exclusive");
        var gate = new Gate(home, "holder");
        await home.Submit("holder", ["echo kept > data/file", .. gate.Commands()], "volumes: [\"single:./data\"]");
        await gate.UntilReached();
        await home.Submit("waiter", ["cat data/file"], "volumes: [\"single:./data\"]");
        await Deadline.Until("the waiter told why", async () => (await home.GantryOk("ps", "-v")).Output.Contains("run holder has it", StringComparison.Ordinal));

        var refused = await home.Gantry("volume", "delete", "single", "-y");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("In use: volume single by holder, waiter. Nothing was deleted.", refused.Error, StringComparison.Ordinal);
        Assert.Single((await Volume("single"))["attachments"]!.AsArray());

        gate.Open();
        await home.Api.UntilRun("waiter", "done");
        Assert.Equal("kept\n", (await home.GantryOk("logs", "waiter")).Output);
        Assert.Empty((await Volume("single"))["attachments"]!.AsArray());
        await home.GantryOk("volume", "delete", "single", "-y");
    }

    [Fact]
    public async Task DirectoryThatWasThere_IsMountedAndLeftAlone_AndOneThatIsNotSaysSo()
    {
        var there = Directory.CreateDirectory(Path.Combine(home.Work, "sets")).FullName;
        await File.WriteAllTextAsync(Path.Combine(there, "file"), "before\n", TestContext.Current.CancellationToken);
        await Create("sets", $"path: {there}\nauto_cleanup_duration: 5s");
        await home.Submit("reads", ["cat data/file"], "volumes: [{name: [nothing, sets], path: ./data}]");
        await home.Api.UntilRun("reads", "done");
        Assert.Equal("before\n", (await home.GantryOk("logs", "reads")).Output);
        await Deadline.Until("the volume cleaned up", async () => !(await home.GantryOk("volume")).Output.Contains("sets", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(there, "file")));

        var missing = await home.Gantry("apply", "-f", home.Write("missing", $"type: volume\nname: missing\npath: {there}/not\n"), "-y");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains($"The directory {there}/not does not exist there.", missing.Error, StringComparison.Ordinal);
        await home.GantryOk("volume", "delete", "missing", "-y");
    }

    [Fact]
    public async Task ProcessTask_WithAPathThatCannotBe_IsToldWhatToWrite()
    {
        await Create("path", "");
        var refused = await home.Gantry("apply", "-f", home.WriteTask("elsewhere", ["true"], "volumes: [\"path:/data\"]"), "-y");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("Write a path in the working directory (./data), where it gets a link, or give an `image`.", refused.Error, StringComparison.Ordinal);

        // What is in the way is left alone.
        var directory = Directory.CreateDirectory(Path.Combine(home.Work, "busy", "data")).Parent!.FullName;
        await home.Submit("busy", ["true"], $"working_dir: {directory}\nvolumes: [\"path:{directory}/data\"]");
        var run = await home.Api.UntilFinished("busy");
        Assert.Contains("there is something else already", ServerApi.Submission(run)!.ToJsonString(), StringComparison.Ordinal);
    }

    private async Task Create(string name, string keys) => await home.GantryOk("apply", "-f", home.Write(name, $"type: volume\nname: {name}\n{keys}\n"), "-y");

    private async Task<JsonNode> Volume(string name) => (await home.Api.Post("/api/project/main/volumes/get", new JsonObject { ["name"] = name }))!;

    private static string DirectoryOf(JsonNode volume) => (string?)volume["volume_id"] ?? throw new InvalidOperationException($"It has no directory: {volume}");
}

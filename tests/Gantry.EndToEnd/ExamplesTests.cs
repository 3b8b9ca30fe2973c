namespace Gantry.EndToEnd;

/// <summary>Every file in examples/ is run, as it is, and does what its first lines say.</summary>
public sealed class ExamplesTests(RunningHome home) : IClassFixture<RunningHome>
{
    /// <summary>Example → exit code and something of the output. Those that end by being stopped have tests of their own below.</summary>
    private static readonly Dictionary<string, (int ExitCode, string Output)> Attached = new()
    {
        ["hello"] = (0, "Hello from Gantry\nThis is run hello, node 0 of 1\n"),
        ["files"] = (0, "greeting.yml\nname: hello\n"),
        ["groups"] = (0, "node 0 of 3, workers at "),
        ["failing"] = (3, "about to fail\n"),
        ["nodes"] = (0, "node 0 of 2, master at "),
        ["resources"] = (0, "MemTotal:"),
        ["retry"] = (0, "attempt 1\nattempt 2\nattempt 3\nthird time lucky\n"),
    };

    private static readonly string[] Stopped = ["dev", "long", "repo", "schedule"];

    /// <summary>Names of the examples that end by themselves.</summary>
    public static TheoryData<string> AttachedNames() => [.. Attached.Keys];

    [Fact]
    public void Examples_OnTheDisk_AreTheOnesRunHere() => Assert.Equal(
        Attached.Keys.Concat(Stopped).Order(),
        Directory.GetFiles(Path.Combine(Checkout.Root, "examples"), "*.dstack.yml").Select(file => Path.GetFileName(file).Replace(".dstack.yml", "")).Order());

    [Theory]
    [MemberData(nameof(AttachedNames))]
    public async Task Example_Applied_DoesWhatItSays(string name)
    {
        await home.GantryOk("validate", Checkout.Example(name));
        using var apply = home.Start("apply", "-f", Checkout.Example(name), "-y");
        var result = await apply.Result(TimeSpan.FromMinutes(2));

        Assert.True(result.ExitCode == Attached[name].ExitCode, result.ToString());
        Assert.Contains(Attached[name].Output, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_Stopped_SavesItsCheckpointFirst()
    {
        await home.GantryOk("apply", "-f", Checkout.Example("long"), "-y", "-d");
        using var follow = home.Start("logs", "-f", "long");
        await follow.UntilOutput("step 2\n");
        await home.GantryOk("stop", "long", "-y");

        Assert.EndsWith("asked to stop: saving a checkpoint\nsaved\n", (await follow.Result()).Output, StringComparison.Ordinal);
        await home.Api.UntilRun("long", "terminated");
    }

    [Fact]
    public async Task Dev_Applied_IsThereToBeEntered()
    {
        await home.GantryOk("apply", "-f", Checkout.Example("dev"), "-y", "-d");
        await home.Api.UntilRun("dev", "running");
        var said = await home.GantryOk("exec", "dev", "--", "sh", "-c", "until [ -e notes.txt ]; do :; done; cat notes.txt");
        Assert.Equal("made by init\n", said.Output);
        await home.GantryOk("stop", "dev", "-y");
        await home.Api.UntilRun("dev", "terminated");
    }

    [Fact]
    public async Task Repo_AppliedInAClone_IsThatClone()
    {
        var git = new Gantry.Testing.GitFolder(home.Work, "cloned");
        File.Copy(Checkout.Example("repo"), Path.Combine(git.Clone, "repo.dstack.yml"));
        git.Write("README", "changed\n");
        var result = await home.GantryOk("apply", "-f", Path.Combine(git.Clone, "repo.dstack.yml"), "-y");
        Assert.Equal("A User wrote: One\n M README\n?? repo.dstack.yml\n", result.Output);
    }

    [Fact]
    public async Task Schedule_Applied_RunsOnTheMinuteAndWaitsForTheNext()
    {
        await home.GantryOk("apply", "-f", Checkout.Example("schedule"), "-y", "-d");
        var first = await home.Api.UntilRun("schedule", "pending");
        var due = DateTimeOffset.Parse((string)first["next_triggered_at"]!);

        // At most a minute until it is due.
        var next = await Deadline.Until("the time after", async () =>
            await home.Api.Run("schedule") is { } run && (string?)run["status"] == "pending" && DateTimeOffset.Parse((string)run["next_triggered_at"]!) > due ? run : null, TimeSpan.FromSeconds(100));
        Assert.Equal(due.AddMinutes(1), DateTimeOffset.Parse((string)next["next_triggered_at"]!));
        Assert.Equal("done", (string?)ServerApi.Submission(next)!["status"]);
        Assert.Contains("UTC", (await home.GantryOk("logs", "schedule")).Output, StringComparison.Ordinal);
        await home.GantryOk("stop", "schedule", "-y");
        await home.Api.UntilRun("schedule", "terminated");
    }
}

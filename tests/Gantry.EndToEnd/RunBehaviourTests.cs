namespace Gantry.EndToEnd;

/// <summary>What configurations ask for: nodes, priority, limits, schedule, environment.</summary>
public sealed class RunBehaviourTests : EndToEndTest
{
    [Fact]
    public async Task Nodes_ThreeOnTheHost_EachKnowsItsRankAndItsPeers()
    {
        var script = "echo rank=$DSTACK_NODE_RANK nodes=$DSTACK_NODES_NUM master=$DSTACK_MASTER_NODE_IP ips=$(echo $DSTACK_NODES_IPS | wc -w) run=$DSTACK_RUN_NAME";
        await Home.Submit("gang", [script], "nodes: 3");
        var run = await Home.Api.UntilRun("gang", "done");

        Assert.Equal(3, run["jobs"]!.AsArray().Count);
        for (var rank = 0; rank < 3; rank++)
        {
            var log = (await Home.GantryOk("logs", "gang", "--job", $"{rank}")).Output;
            Assert.Matches($"^rank={rank} nodes=3 master=[0-9.]+ ips=3 run=gang\n$", log);
        }
    }

    [Fact]
    public async Task Nodes_MoreThanEverFit_FailsAsAWhole()
    {
        Home.Environment["GANTRY_MAX_JOBS"] = "2";
        using var apply = Home.Apply("too-many", ["echo never"], "nodes: 3");
        var result = await apply.Result();

        Assert.NotEqual(0, result.ExitCode);
        Assert.DoesNotContain("never", result.Output, StringComparison.Ordinal);
        Assert.Contains("2", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Priority_HostIsFull_HigherGoesFirst()
    {
        Home.Environment["GANTRY_MAX_JOBS"] = "1";
        var order = Path.Combine(Home.Work, "order");
        var gate = new Gate(Home, "first");
        await Home.Submit("first", gate.Commands());
        await gate.UntilReached();
        foreach (var priority in new[] { 10, 50, 0, 90 })
            await Home.Submit($"p{priority}", [$"echo {priority} >> '{order}'"], $"priority: {priority}");
        Assert.All(new[] { "p10", "p50", "p0", "p90" }, name => Assert.Equal("submitted", (string?)Home.Api.Run(name).GetAwaiter().GetResult()!["status"]));

        gate.Open();
        await Home.Api.UntilRun("p0", "done");

        Assert.Equal(["90", "50", "10", "0"], File.ReadAllLines(order));
    }

    [Fact]
    public async Task MaxDuration_Over_StopsTheRun()
    {
        using var apply = Home.Apply("limited", ["echo begin", "sleep 300"], "max_duration: 1s\nstop_duration: 2s");
        var result = await apply.Result();

        Assert.NotEqual(0, result.ExitCode);
        Assert.StartsWith("begin\n", result.Output, StringComparison.Ordinal);
        var run = await Home.Api.UntilFinished("limited");
        Assert.Equal("terminated", (string?)run["status"]);
        Assert.Equal("max_duration_exceeded", (string?)ServerApi.Submission(run)!["termination_reason"]);
    }

    [Fact]
    public async Task Schedule_NextTimeIsFarAway_IsPendingAndSaysWhen()
    {
        await Home.Submit("nightly", ["echo night"], "schedule:\n  cron: '0 3 1 1 *'");
        var run = await Home.Api.UntilRun("nightly", "pending");

        var next = DateTimeOffset.Parse((string)run["next_triggered_at"]!);
        Assert.Equal((1, 1, 3, 0), (next.Month, next.Day, next.Hour, next.Minute));
        Assert.Contains("nightly", (await Home.GantryOk("ps")).Output, StringComparison.Ordinal);
        await Home.GantryOk("stop", "nightly", "-y");
        await Home.Api.UntilRun("nightly", "terminated");
    }

    [Fact]
    public async Task Environment_OfAJob_HoldsItsOwnAndDstacksAndNothingElse()
    {
        Home.Environment["MY_SECRET_OF_THE_SHELL"] = "leak";
        Home.Environment["FROM_SHELL"] = "passed";
        await Home.Submit("env", ["env -0 | sort -z | tr '\\0' '\\n'; pwd"], "env:\n  - GREETING=hello world\n  - FROM_SHELL");
        await Home.Api.UntilRun("env", "done");

        var lines = (await Home.GantryOk("logs", "env")).Output.Split('\n');
        Assert.Contains("GREETING=hello world", lines);
        Assert.Contains("FROM_SHELL=passed", lines);
        Assert.Contains("DSTACK_RUN_NAME=env", lines);
        Assert.Contains("DSTACK_NODE_RANK=0", lines);
        Assert.Contains("PYTHONUNBUFFERED=1", lines);
        Assert.DoesNotContain(lines, line => line.Contains("MY_SECRET_OF_THE_SHELL", StringComparison.Ordinal));
        // Of Gantry's own settings nothing but the mark by which the agent knows its processes.
        Assert.DoesNotContain(lines, line => line.StartsWith("GANTRY_", StringComparison.Ordinal) && !line.StartsWith("GANTRY_JOB_ID=", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.StartsWith("DOTNET_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WorkingDir_Given_IsWhereTheJobRuns()
    {
        await Home.Submit("there", ["pwd"], "working_dir: /usr");
        await Home.Api.UntilRun("there", "done");
        Assert.Equal("/usr\n", (await Home.GantryOk("logs", "there")).Output);
    }

    [Fact]
    public async Task WorkingDir_Missing_IsMade()
    {
        var path = Path.Combine(Home.Work, "made", "here");
        await Home.Submit("made", ["pwd"], $"working_dir: {path}");
        await Home.Api.UntilRun("made", "done");
        Assert.Equal(path + "\n", (await Home.GantryOk("logs", "made")).Output);
    }

    [Fact]
    public async Task WorkingDir_Impossible_FailsAndSaysWhich()
    {
        using var apply = Home.Apply("nowhere", ["pwd"], "working_dir: /dev/null/place");
        var result = await apply.Result();

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("/dev/null/place", result.Error, StringComparison.Ordinal);
        Assert.Equal("failed", (string?)(await Home.Api.Run("nowhere"))!["status"]);
    }
}

using System.Text.Json.Nodes;

namespace Gantry.EndToEnd;

/// <summary>The commands around a run: ps, logs, stop, delete, event, validate.</summary>
public sealed class RunCommandsTests(RunningHome home) : IClassFixture<RunningHome>
{
    [Fact]
    public async Task Ps_RunningAndFinished_ShowsTheRunningOnesAndAllWithA()
    {
        await home.Submit("ps-done", ["echo hi"]);
        await home.Api.UntilRun("ps-done", "done");
        var gate = new Gate(home, "ps-running");
        await home.Submit("ps-running", gate.Commands());
        await gate.UntilReached();
        await home.Api.UntilRun("ps-running", "running");

        var plain = (await home.GantryOk("ps")).Output;
        var all = (await home.GantryOk("ps", "-a")).Output;
        var last = (await home.GantryOk("ps", "-n", "1")).Output;
        var json = JsonNode.Parse((await home.GantryOk("ps", "-a", "--json")).Output)!;

        Assert.Contains("ps-running", plain, StringComparison.Ordinal);
        Assert.Contains("running", plain.Replace("ps-running", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("ps-done", plain, StringComparison.Ordinal);
        Assert.Contains("ps-done", all, StringComparison.Ordinal);
        Assert.Contains("done", all.Replace("ps-done", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("ps-running", last, StringComparison.Ordinal);
        Assert.DoesNotContain("ps-done", last, StringComparison.Ordinal);
        var runs = (json as JsonArray ?? json["runs"]!.AsArray()).Select(run => (string?)(run!["run_spec"]?["run_name"] ?? run["name"]));
        Assert.Contains("ps-done", runs);
        gate.Open();
    }

    [Fact]
    public async Task PsWatch_RunChanges_ShowsItWithoutBeingAsked()
    {
        using var watch = home.Start("ps", "-w");
        var gate = new Gate(home, "watched");
        await home.Submit("watched", gate.Commands());
        await watch.UntilOutput("watched");
        gate.Open();
        await home.Api.UntilRun("watched", "done");
        watch.Signal(Processes.Interrupt);
        var result = await watch.Result();
        Assert.Contains(result.ExitCode, new[] { 0, 130 });
    }

    [Fact]
    public async Task Logs_FinishedRun_GivesItAll()
    {
        await home.Submit("logs-all", ["seq 1 5000"]);
        await home.Api.UntilRun("logs-all", "done");

        Assert.Equal(string.Concat(Enumerable.Range(1, 5000).Select(i => $"{i}\n")), (await home.GantryOk("logs", "logs-all")).Output);
    }

    [Fact]
    public async Task LogsFollow_RunningJob_GoesOnToItsEnd()
    {
        var gate = new Gate(home, "followed");
        await home.Submit("followed", gate.Commands());
        await gate.UntilReached();
        using var follow = home.Start("logs", "-f", "followed");
        await follow.UntilOutput($"followed before {Gate.LinesBefore}\n");
        Assert.False(follow.HasEnded);

        gate.Open();
        var result = await follow.Result();

        Assert.Equal(gate.ExpectedLog, result.Output);
    }

    [Fact]
    public async Task Logs_RunningJob_GivesWhatThereIsAndEnds()
    {
        var gate = new Gate(home, "half");
        await home.Submit("half", gate.Commands());
        await gate.UntilReached();
        await Deadline.Until("the first half", async () => (await home.GantryOk("logs", "half")).Output.EndsWith($"half before {Gate.LinesBefore}\n", StringComparison.Ordinal));
        gate.Open();
    }

    [Fact]
    public async Task Logs_UnknownRun_SaysSo()
    {
        var result = await home.Gantry("logs", "nobody");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("not found", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_RunningJob_EndsItGracefully()
    {
        await home.Submit("graceful", ["trap 'echo bye; exit 5' TERM", "echo ready", "while :; do sleep 0.02; done"]);
        await Deadline.Until("the job ready", async () => (await home.GantryOk("logs", "graceful")).Output.Contains("ready", StringComparison.Ordinal));

        await home.GantryOk("stop", "graceful", "-y");
        var run = await home.Api.UntilRun("graceful", "terminated");

        Assert.Equal("stopped_by_user", (string?)run["termination_reason"]);
        Assert.Equal("terminated_by_user", (string?)ServerApi.Submission(run)!["termination_reason"]);
        // SIGTERM goes to the whole group: some shells say that the sleep was terminated.
        var log = (await home.GantryOk("logs", "graceful")).Output;
        Assert.StartsWith("ready\n", log, StringComparison.Ordinal);
        Assert.EndsWith("bye\n", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StopAbort_JobThatIgnoresSigterm_EndsItAtOnce()
    {
        await home.Submit("stubborn-abort", ["trap '' TERM", "echo $$", "while :; do sleep 0.02; done"]);
        var pid = await ReadPid("stubborn-abort");

        await home.GantryOk("stop", "-x", "stubborn-abort", "-y");
        var run = await home.Api.UntilRun("stubborn-abort", "terminated");

        Assert.Equal("aborted_by_user", (string?)run["termination_reason"]);
        Assert.Equal("aborted", (string?)ServerApi.Submission(run)!["status"]);
        await Deadline.Until("the process gone", () => !Processes.IsAlive(pid));
    }

    [Fact]
    public async Task Stop_JobThatIgnoresSigterm_IsKilledAfterStopDuration()
    {
        await home.Submit("stubborn", ["trap '' TERM", "echo $$", "while :; do sleep 0.02; done"], "stop_duration: 1s");
        var pid = await ReadPid("stubborn");

        await home.GantryOk("stop", "stubborn", "-y");
        var run = await home.Api.UntilRun("stubborn", "terminated");

        Assert.False(Processes.IsAlive(pid));
        Assert.Equal("terminated", (string?)ServerApi.Submission(run)!["status"]);
        var submission = ServerApi.Submission(run)!;
        Assert.Equal(137, (int?)submission["exit_status"]);
    }

    [Fact]
    public async Task Delete_FinishedRun_IsGone()
    {
        await home.Submit("deleted", ["echo hi"]);
        await home.Api.UntilRun("deleted", "done");
        await home.GantryOk("delete", "deleted", "-y");

        Assert.Null(await home.Api.Run("deleted"));
        Assert.DoesNotContain("deleted", (await home.GantryOk("ps", "-a")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeleteFile_FinishedRun_IsGone()
    {
        await home.Submit("deleted-file", ["echo hi"]);
        await home.Api.UntilRun("deleted-file", "done");
        await home.GantryOk("delete", "-f", Path.Combine(home.Work, "deleted-file.dstack.yml"), "-y");

        Assert.Null(await home.Api.Run("deleted-file"));
    }

    [Fact]
    public async Task Delete_RunningRun_IsRefusedAndGoesOn()
    {
        var gate = new Gate(home, "undeletable");
        await home.Submit("undeletable", gate.Commands());
        await gate.UntilReached();

        Assert.NotEqual(0, (await home.Gantry("delete", "undeletable", "-y")).ExitCode);

        gate.Open();
        await home.Api.UntilRun("undeletable", "done");
    }

    [Fact]
    public async Task Event_AfterARun_ShowsItsWay()
    {
        // An agent that is busy may tell only the end of a job that is short.
        var gate = new Gate(home, "eventful");
        await home.Submit("eventful", gate.Commands());
        await home.Api.UntilRun("eventful", "running");
        gate.Open();
        await home.Api.UntilRun("eventful", "done");

        var events = (await home.GantryOk("event", "--within-run", "eventful")).Output;

        foreach (var word in new[] { "eventful", "SUBMITTED", "RUNNING", "DONE" })
            Assert.Contains(word, events, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("eventful", (await home.GantryOk("event")).Output, StringComparison.Ordinal);
        Assert.Contains("eventful", (await home.GantryOk("event", "list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_SeveralFiles_SaysWhichIsWrong()
    {
        var good = home.WriteTask("good", ["echo hi"]);
        var bad = home.Write("bad", "type: task\ncommands: 5\nnodes: many\n");

        Assert.Equal(0, (await home.Gantry("validate", good)).ExitCode);
        var both = await home.Gantry("validate", good, bad);

        Assert.Equal(1, both.ExitCode);
        Assert.Contains("bad.dstack.yml", both.Everything, StringComparison.Ordinal);
        Assert.Contains("nodes", both.Everything, StringComparison.Ordinal);
        Assert.Contains("commands", both.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ApplyDetached_ThenLogs_GivesTheOutput()
    {
        var submitted = await home.GantryOk("apply", "-f", home.WriteTask("detached", ["echo from afar"]), "-y", "-d");
        Assert.DoesNotContain("from afar", submitted.Output, StringComparison.Ordinal);

        using var follow = home.Start("logs", "-f", "detached");
        Assert.Equal("from afar\n", (await follow.Result()).Output);
    }

    private async Task<int> ReadPid(string run)
    {
        var line = await Deadline.Until($"the pid that {run} says", async () =>
            (await home.GantryOk("logs", run)).Output is { Length: > 1 } text && text.EndsWith('\n') ? text : null);
        return int.Parse(line);
    }
}

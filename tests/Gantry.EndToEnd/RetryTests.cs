using System.Text.Json.Nodes;

namespace Gantry.EndToEnd;

/// <summary><c>retry</c>, as dstack documents it: which failures are followed by another attempt, and for how long one may wait for a host.</summary>
public sealed class RetryTests(RunningHome home) : IClassFixture<RunningHome>
{
    // With an end, since `2..` alone is what an older client sends for nothing.
    private static readonly string AllCpus = $"resources: {{cpu: {Environment.ProcessorCount}..999}}";

    [Fact]
    public async Task Error_IsRetriedWhereItIsListed_AndBothLogsAreWhole()
    {
        await home.Submit("error-other", ["exit 9"], "retry: {on_events: [no-capacity, interruption], duration: 3s}");
        var mark = Path.Combine(home.Work, "tried");
        using var apply = home.Apply(
            "error",
            ["seq 1 1000", $"if [ -e '{mark}' ]; then echo second; exit 0; fi", $": > '{mark}'", "echo first", "exit 9"],
            "retry: {on_events: [error], duration: 3s}");
        var result = await apply.Result();

        var lines = string.Concat(Enumerable.Range(1, 1000).Select(i => $"{i}\n"));
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(lines + "first\n" + lines + "second\n", result.Output);
        var submissions = Submissions((await home.Api.Run("error"))!);
        Assert.Equal([9, 0], submissions.Select(submission => (int?)submission["exit_status"]));
        Assert.Equal([0, 1], submissions.Select(submission => (int)submission["submission_num"]!));
        Assert.Equal(lines + "second\n", (await home.GantryOk("logs", "error")).Output);
        var other = await home.Api.UntilRun("error-other", "failed");
        Assert.Equal("job_failed", (string?)other["termination_reason"]);
        Assert.Single(Submissions(other));
    }

    [Fact]
    public async Task Interruption_IsRetriedWhereItIsListed_AndIsNoError()
    {
        // Without `on_events` all are meant.
        string[] names = ["lost-listed", "lost-any", "lost-other"];
        string[] policies = ["{on_events: [interruption], duration: 3s}", "{duration: 3s}", "{on_events: [error, no-capacity], duration: 3s}"];
        for (var i = 0; i < names.Length; i++)
        {
            var mark = Path.Combine(home.Work, names[i]);
            await home.Submit(names[i], [$"if [ -e '{mark}' ]; then exit 0; fi", $": > '{mark}'", "while :; do sleep 0.05; done"], $"retry: {policies[i]}");
            var run = await home.Api.UntilRun(names[i], "running");
            await Deadline.Until("the mark", () => File.Exists(mark));
            Lose((string)ServerApi.Submission(run)!["id"]!);
        }

        foreach (var name in names[..2])
        {
            var submissions = Submissions(await home.Api.UntilRun(name, "done"));
            Assert.Equal(["process_lost", "done_by_runner"], submissions.Select(submission => (string?)submission["termination_reason"]));
        }
        var failed = await home.Api.UntilRun(names[2], "failed");
        Assert.Equal("process_lost", (string?)Submissions(failed).Single()["termination_reason"]);
    }

    [Fact]
    public async Task NoCapacity_WaitsForDurationWhereItIsListed()
    {
        var gate = new Gate(home, "holder");
        await home.Submit("holder", gate.Commands(), AllCpus);
        await gate.UntilReached();
        await home.Submit("patient", ["echo at last"], $"{AllCpus}\nretry: {{on_events: [no-capacity], duration: 10m}}");
        // Gantry's own: without the event it waits in the queue, where dstack fails at once.
        await home.Submit("queued", ["echo at last"], $"{AllCpus}\nretry: {{on_events: [error], duration: 1s}}");
        await home.Submit("hasty", ["echo never"], $"{AllCpus}\nretry: {{on_events: [no-capacity], duration: 2s}}");
        await home.Submit("giant", ["echo never"], "resources: {cpu: 9999..}\nretry: {on_events: [no-capacity], duration: 2s}");
        await home.Submit("hopeless", ["echo never"], "resources: {cpu: 9999..}\nretry: {on_events: [error, interruption], duration: 10m}");

        foreach (var name in (string[])["hasty", "giant"])
        {
            var run = await home.Api.UntilRun(name, "failed");
            Assert.Equal("retry_limit_exceeded", (string?)run["termination_reason"]);
            var submission = Submissions(run).Single();
            Assert.Equal("failed_to_start_due_to_no_capacity", (string?)submission["termination_reason"]);
            Assert.InRange(Time(submission, "finished_at") - Time(submission, "submitted_at"), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(20));
        }
        var refused = await home.Api.UntilRun("hopeless", "failed");
        Assert.Equal(("job_failed", "failed_to_start_due_to_no_capacity"), ((string?)refused["termination_reason"], (string?)Submissions(refused).Single()["termination_reason"]));
        foreach (var name in (string[])["patient", "queued"])
            Assert.Equal("submitted", (string?)(await home.Api.Run(name))!["status"]);

        gate.Open();
        Assert.Single(Submissions(await home.Api.UntilRun("patient", "done")));
        Assert.Single(Submissions(await home.Api.UntilRun("queued", "done")));
    }

    [Fact]
    public async Task Duration_OverWhileARetryWaits_FailsTheRun()
    {
        var gate = new Gate(home, "loses");
        await home.Submit("loses", gate.Commands(exitCode: 9), $"{AllCpus}\nretry: {{on_events: [error], duration: 2s}}");
        await gate.UntilReached();
        // Takes the place as soon as it is free, and keeps it.
        var next = new Gate(home, "next");
        await home.Submit("next", next.Commands(), AllCpus);

        gate.Open();
        var run = await home.Api.UntilRun("loses", "failed");

        Assert.Equal("retry_limit_exceeded", (string?)run["termination_reason"]);
        Assert.Equal(["container_exited_with_error", "failed_to_start_due_to_no_capacity"], Submissions(run).Select(submission => (string?)submission["termination_reason"]));
        await next.UntilReached();
        next.Open();
        await home.Api.UntilRun("next", "done");
    }

    // All at once, as a loss of power would: nobody is left to write down what happened.
    private void Lose(string jobId)
    {
        var processes = Processes.Mentioning(jobId).Where(pid => pid != home.ServerPid && pid != home.AgentPid).ToList();
        Assert.True(processes.Count >= 2, "The job's wrapper and its shell carry its id.");
        foreach (var signal in (int[])[Processes.Stop, Processes.Kill])
            processes.ForEach(pid => Processes.Signal(pid, signal));
    }

    private static List<JsonNode> Submissions(JsonNode run) => [.. run["jobs"]![0]!["job_submissions"]!.AsArray().Select(submission => submission!)];

    private static DateTimeOffset Time(JsonNode submission, string name) => DateTimeOffset.Parse((string)submission[name]!);
}

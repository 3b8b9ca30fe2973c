using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Gantry.EndToEnd.Harness;

/// <summary>
/// Kills server and agent (-9) at random moments while short tasks are submitted and run, as a user would submit them, with the CLI. Then
/// looks at each task: it ran exactly once, its end is known and right, its log is whole. The only other end that is right is
/// <c>process_lost</c> of a task that never began: it was claimed, and whoever claimed it was killed before its process was there.
/// </summary>
/// <param name="home">Where.</param>
/// <param name="seed">Of the moments, the targets and the tasks.</param>
/// <param name="tasks">How many tasks.</param>
/// <param name="kills">How many moments.</param>
public sealed class KillCampaign(GantryHome home, int seed, int tasks, int kills)
{
    private readonly Random random = new(seed);
    private readonly string ledger = Path.Combine(home.Work, "ledger");
    private int killedServers;
    private int killedAgents;

    private string Name(int task) => $"task-{task}";

    private static int ExitCode(int task) => task % 3 == 0 ? 1 + task % 50 : 0;

    private static int Lines(int task) => 20 + task * 7 % 30;

    /// <summary>Runs it; returns what is wrong (nothing, one hopes) and a line about what was done.</summary>
    public async Task<(IReadOnlyList<string> Wrong, string Summary)> Run(Action<string>? progress = null)
    {
        var watch = Stopwatch.StartNew();
        await home.StartServer();
        using var ended = new CancellationTokenSource();
        var killer = Kill(progress, ended.Token);
        await Parallel.ForAsync(0, tasks, new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (task, _) => await SubmitUntilStored(task));
        progress?.Invoke("all tasks are submitted");
        await killer;
        await home.StartServer();

        var wrong = new List<string>();
        var lost = 0;
        // The ledger counts only once every task has written its last line.
        for (var task = 0; task < tasks; task++)
            await home.Api.UntilFinished(Name(task), TimeSpan.FromMinutes(2));
        var lines = File.Exists(ledger) ? File.ReadAllLines(ledger) : [];
        for (var task = 0; task < tasks; task++)
            lost += await Check(task, lines, wrong);
        return (wrong, string.Create(CultureInfo.InvariantCulture,
            $"seed {seed}: {tasks} tasks, {kills} moments, {killedServers} servers and {killedAgents} agents killed, {lost} tasks lost before they began, {watch.Elapsed.TotalSeconds:0} s"));
    }

    private IReadOnlyList<string> Commands(int task) =>
    [
        $"echo 'start {task}' >> '{ledger}'",
        $"for i in $(seq 1 {Lines(task)}); do echo \"{Name(task)} line $i\"; sleep 0.03; done",
        $"echo 'end {task}' >> '{ledger}'",
        $"exit {ExitCode(task)}",
    ];

    /// <summary>A command that was cut off may have submitted or not: the user looks, and submits again only if it is not there.</summary>
    private async Task SubmitUntilStored(int task)
    {
        var file = home.WriteTask(Name(task), Commands(task), "stop_duration: 5s");
        await Deadline.Until($"{Name(task)} submitted", async () =>
        {
            if ((await home.Gantry("apply", "-f", file, "-y", "-d")).ExitCode == 0)
                return true;
            return (await home.Gantry("run", "get", Name(task), "--json")).ExitCode == 0;
        }, TimeSpan.FromMinutes(2));
    }

    private async Task Kill(Action<string>? progress, CancellationToken cancellationToken)
    {
        for (var kill = 0; kill < kills; kill++)
        {
            await Task.Delay(random.Next(20, 1000), cancellationToken);
            var target = random.Next(3);
            if (target is 0 or 2 && home.ServerPid is { } server && Processes.Signal(server, Processes.Kill))
                killedServers++;
            if (target is 1 or 2 && home.AgentPid is { } agent && Processes.Signal(agent, Processes.Kill))
                killedAgents++;
            if ((kill + 1) % 10 == 0)
                progress?.Invoke($"{kill + 1} moments of {kills}");
            // Someone looks now and then, and that brings the server back.
            if (random.Next(2) == 0)
                await home.Gantry("ps");
        }
    }

    private async Task<int> Check(int task, string[] lines, List<string> wrong)
    {
        var run = (await home.Api.Run(Name(task)))!;
        var (starts, ends) = (lines.Count(line => line == $"start {task}"), lines.Count(line => line == $"end {task}"));
        var submissions = run["jobs"]![0]!["job_submissions"]!.AsArray();
        var submission = ServerApi.Submission(run)!;
        var (status, reason, exitStatus) = ((string?)run["status"], (string?)submission["termination_reason"], (int?)submission["exit_status"]);
        var log = Encoding.UTF8.GetString(await home.Log(Name(task)));
        if (reason == "process_lost" && starts == 0 && ends == 0 && log.Length == 0)
            return 1;
        if (submissions.Count != 1)
            wrong.Add($"{Name(task)}: {submissions.Count} attempts");
        if ((starts, ends) != (1, 1))
            wrong.Add($"{Name(task)}: started {starts} times, ended {ends} times ({status}, {reason})");
        if (status != (ExitCode(task) == 0 ? "done" : "failed") || exitStatus != ExitCode(task))
            wrong.Add($"{Name(task)}: {status} with {exitStatus} ({reason}), not {ExitCode(task)}");
        var expected = string.Concat(Enumerable.Range(1, Lines(task)).Select(i => $"{Name(task)} line {i}\n"));
        if (log != expected)
            wrong.Add($"{Name(task)}: its log has {log.Length} bytes, not {expected.Length}:\n{log}");
        return 0;
    }
}

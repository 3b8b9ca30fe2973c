using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Gantry.EndToEnd.Harness;

/// <summary>
/// Three hosts with a Docker each, tasks in containers there, and faults at random moments: cut off the network, rebooted, agent killed, Docker killed or
/// restarted. Then looks at each task: it ran once at most, its end is known and right, its log is whole, or says that Docker was away at its end. The only other end that is right is <c>process_lost</c>
/// of a task on a host that was rebooted, or of one that never began.
/// </summary>
/// <param name="home">Where the server is.</param>
/// <param name="network">Where the hosts are.</param>
/// <param name="seed">Of the moments, the faults and the tasks.</param>
/// <param name="tasks">How many tasks.</param>
/// <param name="faults">How many faults.</param>
public sealed class HostCampaign(GantryHome home, SshNetwork network, int seed, int tasks, int faults)
{
    private const string Fleet = "farm";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly Random random = new(seed);
    private readonly HashSet<string> rebooted = [];
    private SshHost[] hosts = [];

    private static string Name(int task) => $"task-{task}";

    private static int ExitCode(int task) => task % 4 == 0 ? 1 + task % 50 : 0;

    private static int Lines(int task) => 30 + task * 7 % 60;

    /// <summary>Runs it; returns what is wrong (nothing, one hopes) and a line about what was done.</summary>
    public async Task<(IReadOnlyList<string> Wrong, string Summary)> Run(Action<string>? progress = null)
    {
        var watch = Stopwatch.StartNew();
        if (AgentFolder.Path is { } agents)
            home.Environment["GANTRY_AGENTS"] = agents;
        hosts = await network.AddAsync(HostTraits.LiveDocker, HostTraits.LiveDocker, HostTraits.LiveDocker);
        var list = string.Join(", ", hosts.Select(host => host.Address));
        await home.GantryOk("apply", "-y", "-f", home.Write(Fleet, $"type: fleet\nname: {Fleet}\nblocks: 2\nssh_config:\n  user: root\n  identity_file: {network.Key}\n  hosts: [{list}]\n"));
        for (var task = 0; task < tasks; task++)
            await home.Submit(Name(task), Commands(task), $"image: {TestImages.Tools}\nvolumes: ['/tmp/shared:/shared']\nfleets: [{Fleet}]\nresources: {{cpu: 1.., memory: 16MB.., disk: 1MB..}}");
        progress?.Invoke("all tasks are submitted");
        var told = new SortedDictionary<string, int>();
        for (var fault = 0; fault < faults; fault++)
        {
            await Task.Delay(random.Next(200, 4000));
            var what = await FaultAsync(hosts[random.Next(hosts.Length)]);
            told[what] = told.GetValueOrDefault(what) + 1;
            progress?.Invoke($"{what} ({fault + 1} of {faults})");
        }

        var wrong = new List<string>();
        var lost = 0;
        for (var task = 0; task < tasks; task++)
        {
            await home.Api.UntilFinished(Name(task), Patience);
            lost += await Check(task, wrong);
        }
        foreach (var host in hosts)
            await Deadline.Until($"no container left on {host.Name}", () => host.Docker("ps", "-aq").Length == 0);
        return (wrong, string.Create(CultureInfo.InvariantCulture,
            $"seed {seed}: {tasks} tasks on 3 hosts, {faults} faults ({string.Join(", ", told.Select(fault => $"{fault.Value} {fault.Key}"))}), {lost} tasks lost with a reboot, {watch.Elapsed.TotalSeconds:0} s"));
    }

    private static IReadOnlyList<string> Commands(int task) =>
    [
        $"echo 'start {task}' >> /shared/ledger",
        $"for i in $(seq 1 {Lines(task)}); do echo \"{Name(task)} line $i\"; sleep 0.1; done",
        $"echo 'end {task}' >> /shared/ledger",
        $"exit {ExitCode(task)}",
    ];

    private async Task<string> FaultAsync(SshHost host)
    {
        switch (random.Next(5))
        {
            case 0:
                host.Cut();
                await Task.Delay(random.Next(1000, 25_000));
                host.Mend();
                return "cut off";
            case 1:
                rebooted.Add(host.Address);
                await host.StopAsync();
                await host.StartAsync();
                return "rebooted";
            case 2 when File.Exists(Path.Combine(host.AgentFolder, "spool/agent.lock")):
                host.KillAgent();
                return "agent killed";
            case 3:
                host.EndDocker(inOrder: false);
                await Task.Delay(random.Next(3000));
                await host.StartDockerAsync();
                return "Docker killed";
            default:
                host.EndDocker(inOrder: true);
                await host.StartDockerAsync();
                return "Docker restarted";
        }
    }

    private async Task<int> Check(int task, List<string> wrong)
    {
        var run = (await home.Api.Run(Name(task)))!;
        var lines = hosts.Select(host => host.FileOn("tmp/shared/ledger")).Where(File.Exists).SelectMany(File.ReadAllLines).ToList();
        var (starts, ends) = (lines.Count(line => line == $"start {task}"), lines.Count(line => line == $"end {task}"));
        var submissions = run["jobs"]![0]!["job_submissions"]!.AsArray();
        var submission = ServerApi.Submission(run)!;
        var (status, reason, exitStatus) = ((string?)run["status"], (string?)submission["termination_reason"], (int?)submission["exit_status"]);
        var place = (string?)submission["job_provisioning_data"]?["hostname"] ?? "";
        var log = Encoding.UTF8.GetString(await home.Log(Name(task)));
        var expected = string.Concat(Enumerable.Range(1, Lines(task)).Select(i => $"{Name(task)} line {i}\n"));
        if (submissions.Count != 1 || starts > 1)
            wrong.Add($"{Name(task)}: {submissions.Count} attempts, started {starts} times");
        if (reason == "process_lost" && (rebooted.Contains(place) || starts == 0))
        {
            if (!expected.StartsWith(log, StringComparison.Ordinal))
                wrong.Add($"{Name(task)}: its log is no beginning of what it writes:\n{log}");
            return 1;
        }
        if ((starts, ends) != (1, 1))
            wrong.Add($"{Name(task)}: started {starts} times, ended {ends} times ({status}, {reason}) on {place}");
        if (status != (ExitCode(task) == 0 ? "done" : "failed") || exitStatus != ExitCode(task))
            wrong.Add($"{Name(task)}: {status} with {exitStatus} ({reason}: {submission["termination_reason_message"]}), not {ExitCode(task)}");
        // What it wrote while Docker was away may go with it, and only then.
        var isCut = ((string?)submission["termination_reason_message"])?.Contains("Docker was away", StringComparison.Ordinal) == true && expected.StartsWith(log, StringComparison.Ordinal);
        if (log != expected && !isCut)
            wrong.Add($"{Name(task)}: its log has {log.Length} bytes, not {expected.Length}:\n{log}");
        return 0;
    }
}

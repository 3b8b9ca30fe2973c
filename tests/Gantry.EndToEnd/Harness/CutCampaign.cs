using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Gantry.EndToEnd.Harness;

/// <summary>
/// Cuts hosts off the network for random times, shorter and longer than their lease, and kills agents, guards and the server (-9) meanwhile. Half of the runs are
/// retried on an interruption, the others are not; each writes, every few hundredths of a second, which submission it is and when, by the clock that all hosts share.
/// Then looks: no two submissions of a run ever lived at the same time, and those without a policy lived all the time, with a whole log.
/// </summary>
/// <param name="home">Where.</param>
/// <param name="network">Its network; hosts are added.</param>
/// <param name="seed">Of the moments and what happens.</param>
/// <param name="minutes">For how long.</param>
public sealed class CutCampaign(GantryHome home, SshNetwork network, int seed, double minutes)
{
    private const int Hosts = 3;
    private const int LeaseSeconds = 8;
    private readonly Random random = new(seed);
    private readonly List<SshHost> hosts = [];
    private readonly Dictionary<string, int> done = [];
    private string shared = "";

    /// <summary>Runs it; returns what is wrong (nothing, one hopes) and a line about what was done.</summary>
    public async Task<(IReadOnlyList<string> Wrong, string Summary)> Run(Action<string>? progress = null)
    {
        var watch = Stopwatch.StartNew();
        await BeginAsync();
        var end = TimeSpan.FromMinutes(minutes);
        while (watch.Elapsed < end)
            await Happen(progress);
        foreach (var host in hosts)
            host.Mend();
        await home.StartServer();
        progress?.Invoke("all is connected again");

        var wrong = new List<string>();
        await File.WriteAllTextAsync(Path.Combine(shared, "go"), "");
        var moves = 0;
        foreach (var name in Names())
        {
            var run = await home.Api.UntilFinished(name, TimeSpan.FromMinutes(3));
            if ((string?)run["status"] != "done")
                wrong.Add($"{name} is {run["status"]}: {run["error"]}");
            moves += LookAt(name, wrong) - 1;
            if (name.StartsWith("stays", StringComparison.Ordinal))
                await LookAtLog(name, wrong);
        }
        if ((await home.GantryOk("quarantine", "--json")).Output.Trim() is not "[]" and var quarantined)
            wrong.Add($"quarantined: {quarantined}");
        var what = string.Join(", ", done.OrderBy(each => each.Key).Select(each => $"{each.Value} {each.Key}"));
        return (wrong, string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {what}; {moves} moves to another host; {watch.Elapsed.TotalSeconds:0} s"));
    }

    private static IEnumerable<string> Names() => Enumerable.Range(0, Hosts - 1).SelectMany(i => (string[])[$"moves-{i}", $"stays-{i}"]);

    private async Task BeginAsync()
    {
        home.Environment["GANTRY_LEASE"] = $"{LeaseSeconds}s";
        shared = Directory.CreateDirectory(Path.Combine(network.Folder, "shared")).FullName;
        File.SetUnixFileMode(shared, (UnixFileMode)0b111_111_111);
        for (var i = 0; i < Hosts; i++)
            hosts.Add(await network.AddAsync());
        var fleet = home.Write(
            "lab",
            $"type: fleet\nname: lab\nblocks: 2\nprocess_user: {SshHost.PlainUser}\nssh_config:\n  user: root\n  identity_file: {network.Key}\n  hosts: [{string.Join(", ", hosts.Select(host => host.Address))}]\n");
        await home.GantryOk("apply", "-f", fleet, "-y");
        foreach (var name in Names())
        {
            var retry = name.StartsWith("moves", StringComparison.Ordinal) ? "retry: {on_events: [interruption], duration: 10m}\n" : "";
            await home.Submit(
                name,
                [$"trap '' TERM; i=0; while [ ! -e {shared}/go ]; do read up rest </proc/uptime; echo $DSTACK_JOB_ID $up >>{shared}/{name}; echo line $i; i=$((i+1)); sleep 0.04; done; echo end $i"],
                $"fleets: [lab]\nresources: {{cpu: 1.., memory: 16MB.., disk: 1MB..}}\n{retry}");
        }
        foreach (var name in Names())
            await home.Api.UntilRun(name, Deadline.Usual, "running");
    }

    private async Task Happen(Action<string>? progress)
    {
        var host = hosts[random.Next(Hosts)];
        switch (random.Next(10))
        {
            case < 5:
                Note("cuts", progress, host.Name);
                host.Cut();
                // Around the lease's length, where it is decided.
                await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * LeaseSeconds * 2.5));
                if (random.Next(3) == 0)
                    KillOn(host, "gantry-agent", progress);
                if (random.Next(3) == 0)
                    KillOn(host, "gantry-guard", progress);
                await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * 3));
                host.Mend();
                break;
            case < 7:
                KillOn(host, random.Next(2) == 0 ? "gantry-agent" : "gantry-guard", progress);
                break;
            case 7:
                if (home.ServerPid is { } server && Processes.Signal(server, Processes.Kill))
                    Note("killed servers", progress, "");
                await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * LeaseSeconds));
                await home.StartServer();
                break;
            default:
                await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * 10));
                break;
        }
    }

    private void KillOn(SshHost host, string program, Action<string>? progress)
    {
        if (host.Kill(program))
            Note($"killed {program}s", progress, host.Name);
    }

    private void Note(string what, Action<string>? progress, string where)
    {
        done[what] = done.GetValueOrDefault(what) + 1;
        progress?.Invoke($"{what} {where}");
    }

    // How many submissions lived; each between its first and its last word.
    private int LookAt(string name, List<string> wrong)
    {
        var words = File.ReadAllLines(Path.Combine(shared, name)).Select(line => line.Split(' ')).Where(line => line.Length == 2 && line[1].Contains('.'))
            .Select(line => (Job: line[0], At: double.Parse(line[1], CultureInfo.InvariantCulture)));
        var lives = words.GroupBy(word => word.Job).Select(life => (Job: life.Key, From: life.Min(word => word.At), To: life.Max(word => word.At))).OrderBy(life => life.From).ToList();
        foreach (var (before, after) in lives.Zip(lives.Skip(1)).Where(pair => pair.First.To >= pair.Second.From))
            wrong.Add($"{name}: submission {before.Job} lived until {before.To}, and {after.Job} began at {after.From}");
        if (name.StartsWith("stays", StringComparison.Ordinal) && lives.Count != 1)
            wrong.Add($"{name} has {lives.Count} submissions");
        return lives.Count;
    }

    private async Task LookAtLog(string name, List<string> wrong)
    {
        var lines = Encoding.UTF8.GetString(await home.Log(name)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (!lines.SequenceEqual(Enumerable.Range(0, lines.Length - 1).Select(i => $"line {i}").Append($"end {lines.Length - 1}")))
            wrong.Add($"{name}: its log is not whole: {lines.Length} lines, the last '{lines.LastOrDefault()}'");
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Gantry.EndToEnd;

/// <summary>A host that is away for longer than its lease: what is retried elsewhere is dead there before, and what is not goes on.</summary>
public sealed class FleetLeaseTests : FleetTest
{
    // Ignores SIGTERM, and says where and when it lives, by the clock that all hosts share, until it is killed.
    private const string Beat = "trap '' TERM; i=0; while :; do read up rest </proc/uptime; echo $up >>$SHARED/beats-$(hostname); echo line $i; i=$((i+1)); sleep 0.05; done";
    private const string Retried = "retry: {on_events: [interruption], duration: 3s}";

    [Fact]
    public async Task Cut_LongerThanTheLease_MovesTheRunAfterItDied_AndHarmsNoOther()
    {
        Home.Environment["GANTRY_LEASE"] = "6s";
        // The clock of the one that is cut off is an hour slow: a deadline by it would come an hour late.
        var hosts = new[] { await Network.AddAsync(clock: "-1h"), await Network.AddAsync(clock: "+1h") };
        var shared = Directory.CreateDirectory(Path.Combine(Network.Folder, "shared")).FullName;
        File.SetUnixFileMode(shared, (UnixFileMode)0b111_111_111);
        await Home.GantryOk("apply", "-f", Fleet(hosts, $"process_user: {SshHost.PlainUser}\nblocks: 2"), "-y");
        await Home.Submit("moves", [Beat], $"{Small}\n{Retried}\nenv: [SHARED={shared}]");
        await Home.Submit("stays", ["i=0; while [ ! -e /tmp/go ]; do echo line $i; i=$((i+1)); sleep 0.05; done; echo end $i"], $"{Small}\ninstances: [lab-0]");
        await Home.Api.UntilRun("moves", Deadline.Usual, "running");
        await Home.Api.UntilRun("stays", Deadline.Usual, "running");
        // Renewed, it lives longer than one lease.
        await Deadline.Until("beats for longer than a lease", () => Beats(shared, hosts[0]) is [var first, .., var last] && last - first > 9);

        hosts[0].Cut();
        await Deadline.Until("the run on the other host", () => Beats(shared, hosts[1]).Count > 0);

        Assert.True(Beats(shared, hosts[0])[^1] < Beats(shared, hosts[1])[0], "The first lived still when the second began.");
        var away = (await Home.Api.Run("moves"))!;
        var first = away["jobs"]![0]!["job_submissions"]![0]!;
        Assert.Equal(("failed", "instance_unreachable"), ((string?)first["status"], (string?)first["termination_reason"]));
        Assert.Equal("running", (string?)(await Home.Api.Run("stays"))!["status"]);

        hosts[0].Mend();
        await UntilInstance("reachable", hosts[0], instance => !(bool)instance["unreachable"]!);
        // What was written after the cut is taken over, and then the host knows nothing of the job any more.
        await Deadline.Until("only one job in the spool", () => Directory.GetDirectories(Path.Combine(hosts[0].AgentFolder, "spool/jobs")).Length == 1);
        var log = await LogOf("moves", (string)first["id"]!);
        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeWhile(line => line.StartsWith("line ", StringComparison.Ordinal)).ToList();
        Assert.Equal(Enumerable.Range(0, lines.Count).Select(i => $"line {i}"), lines);
        Assert.InRange(lines.Count, Beats(shared, hosts[0]).Count - 1, Beats(shared, hosts[0]).Count);
        Assert.Equal("[]", JsonNode.Parse((await Home.GantryOk("quarantine", "--json")).Output)!.ToJsonString());

        await File.WriteAllTextAsync(hosts[0].FileOn("tmp/go"), "", TestContext.Current.CancellationToken);
        await Home.Api.UntilRun("stays", Deadline.Usual, "done");
        lines = [.. Encoding.UTF8.GetString(await Home.Log("stays")).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        Assert.Equal(Enumerable.Range(0, lines.Count - 1).Select(i => $"line {i}").Append($"end {lines.Count - 1}"), lines);
    }

    private static List<double> Beats(string shared, SshHost host)
    {
        var path = Path.Combine(shared, $"beats-{host.Name}");
        return File.Exists(path) ? [.. File.ReadAllLines(path).Where(line => line.Contains('.')).Select(line => double.Parse(line, CultureInfo.InvariantCulture))] : [];
    }

    private async Task<string> LogOf(string run, string submission)
    {
        var text = new StringBuilder();
        JsonNode? from = null;
        do
        {
            var page = (await Home.Api.Post("/api/project/main/logs/poll", new JsonObject { ["run_name"] = run, ["job_submission_id"] = submission, ["limit"] = 1000, ["next_token"] = from?.DeepClone() }))!;
            foreach (var entry in page["logs"]!.AsArray())
                text.Append(Encoding.UTF8.GetString(Convert.FromBase64String((string)entry!["message"]!)));
            from = page["next_token"];
        }
        while (from is not null);
        return text.ToString();
    }
}

namespace Gantry.EndToEnd;

/// <summary>What happens to hosts and their Docker, and what becomes of the containers there.</summary>
public sealed class FleetDockerFaultTests : FleetTest
{
    private const string Keys = $"image: {TestImages.Tools}\nvolumes: ['/tmp/shared:/shared']\n{Small}";

    [Fact]
    public async Task Host_CutOffWhileItsDockerAndAgentDieAndItsSpoolIsFull_KeepsWhatRuns_AndSaysWhatDoesNot()
    {
        var host = await Network.AddAsync(HostTraits.LiveDocker | HostTraits.SmallSpool);
        await Home.GantryOk("apply", "-f", Fleet([host], more: "blocks: 3"), "-y");
        await Home.Submit("counts", ["i=0; while [ ! -e /shared/go ]; do echo line $i; i=$((i+1)); sleep 0.1; done; echo end $i"], Keys);
        await Home.Submit("floods", ["while [ ! -e /shared/flood ]; do sleep 0.05; done; yes 0123456789012345678901234567890123456789 | head -c 12000000; sleep 600"], Keys);
        await Home.Api.UntilRun("counts", "running");
        await Home.Api.UntilRun("floods", "running");
        var container = host.Containers("counts").Single();

        host.Cut();
        host.EndDocker(inOrder: false);
        await host.StartDockerAsync();
        host.KillAgent();
        // Nobody takes the log away meanwhile, so that the spool is full for certain.
        host.Run("touch", "/tmp/shared/flood");
        await Deadline.Until("a full spool", () => host.Run("sh", "-c", "cat /var/lib/gantry/spool/jobs/*/output.err").Contains("No space left", StringComparison.Ordinal));
        await UntilInstance("unreachable", host, instance => (bool)instance["unreachable"]!);
        Assert.Equal("running", (string?)(await Home.Api.Run("counts"))!["status"]);
        host.Mend();

        var floods = await Home.Api.UntilRun("floods", "failed");
        Assert.Equal("disk_full", (string?)ServerApi.Submission(floods)!["termination_reason"]);
        Assert.Contains("The host's disk was full", (string?)ServerApi.Submission(floods)!["termination_reason_message"], StringComparison.Ordinal);
        Assert.Equal(container, host.Containers("counts").Single());
        host.Run("touch", "/tmp/shared/go");
        await Home.Api.UntilRun("counts", "done");
        var lines = (await Text("counts")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, lines.Length - 1).Select(i => $"line {i}").Append($"end {lines.Length - 1}"), lines);
        // With room again, the host is as before.
        Assert.Equal("fine\n", (await Home.GantryOk("apply", "-f", Home.WriteTask("after", ["echo fine"], Keys), "-y")).Output);
        await Deadline.Until("no container of Gantry's", () => host.Docker("ps", "-aq").Length == 0);
    }

    [Fact]
    public async Task Docker_RestartedAndHost_Rebooted_EndTheirContainers_AndAreUsedAgain()
    {
        var host = await Network.AddAsync(HostTraits.Docker);
        await Home.GantryOk("apply", "-f", Fleet([host], more: ""), "-y");

        // In order: Docker ends the container, and knows how.
        await Home.Submit("ended", ["trap 'echo told; exit 9' TERM; echo up; while :; do sleep 0.05; done"], Keys);
        await Home.Api.UntilRun("ended", "running");
        await Deadline.Until("its first line", async () => await Text("ended") == "up\n");
        host.EndDocker(inOrder: true);
        await host.StartDockerAsync();
        var ended = await Home.Api.UntilRun("ended", "failed");
        Assert.Equal(9, (int?)ServerApi.Submission(ended)!["exit_status"]);
        Assert.Equal("up\ntold\n", await Text("ended"));

        // A reboot takes agent and container, and what policy says goes for the run: here, that it is run once more.
        await Home.Submit("again", ["echo run $(cat /shared/runs 2>/dev/null); echo x >> /shared/runs; while [ ! -e /shared/go ]; do sleep 0.05; done"], $"retry: {{on_events: [interruption], duration: 1h}}\n{Keys}");
        await Home.Api.UntilRun("again", "running");
        await Deadline.Until("its first line", async () => await Text("again") == "run\n");
        await host.StopAsync();
        await host.StartAsync();
        await Deadline.Until("its second run", () => File.ReadAllLines(host.FileOn("tmp/shared/runs")).Length == 2);
        host.Run("touch", "/tmp/shared/go");
        var again = await Home.Api.UntilRun("again", "done");
        var submissions = again["jobs"]![0]!["job_submissions"]!.AsArray();
        Assert.Equal(2, submissions.Count);
        Assert.Equal("process_lost", (string?)submissions[0]!["termination_reason"]);
        Assert.Contains("The host was started anew", (string?)submissions[0]!["termination_reason_message"], StringComparison.Ordinal);
        Assert.Equal(2, (await File.ReadAllLinesAsync(host.FileOn("tmp/shared/runs"), TestContext.Current.CancellationToken)).Length);
        await Deadline.Until("no container of Gantry's", () => host.Docker("ps", "-aq").Length == 0);
    }
}

using System.Globalization;

namespace Gantry.EndToEnd;

/// <summary>What happens to hosts and their Docker, and what becomes of the containers there.</summary>
public sealed class FleetDockerFaultTests : FleetTest
{
    private const string Keys = $"image: {TestImages.Tools}\nvolumes: ['/tmp/shared:/shared']\n{Small}";

    [Fact]
    public async Task Host_CutOffWhileItsDockerAndAgentDieAndItsSpoolIsFull_KeepsWhatRuns_AndSaysWhatDoesNot()
    {
        var host = await Network.AddAsync(HostTraits.LiveDocker | HostTraits.SmallSpool);
        await Home.GantryOk("apply", "-f", Fleet([host], more: "blocks: 2"), "-y");
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
    public async Task Host_WhoseDockerHasNoRoom_SaysSo_AndWhoseDockerIsDeadAtTheEndOfALease_HasNoJobLeftBeforeItIsElsewhere()
    {
        Home.Environment["GANTRY_LEASE"] = "6s";
        var hosts = await Network.AddAsync(HostTraits.SmallDocker, HostTraits.Docker);
        var host = hosts[0];
        var shared = Directory.CreateDirectory(Path.Combine(Network.Folder, "shared")).FullName;
        await Home.GantryOk("apply", "-f", Fleet(hosts, more: "blocks: 2"), "-y");

        // No room: what containers write is lost, and told, as soon as it is seen of the host, and at the end of the job that lost it. No new one begins there.
        await Home.Submit("writes", ["i=0; while [ ! -e /shared/go ]; do echo line $i; i=$((i+1)); usleep 20000; done; echo end"], $"{Keys}\ninstances: [lab-0]");
        await Home.Api.UntilRun("writes", "running");
        await Deadline.Until("its first lines", async () => (await Text("writes")).Contains("line 9\n", StringComparison.Ordinal));
        host.Run("sh", "-c", "dd if=/dev/zero of=/var/lib/docker/fill bs=4k 2>/dev/null || true");
        await Deadline.Until("a line that is lost", () => File.ReadAllText(host.FileOn("var/lib/docker.log")).Contains("no space left", StringComparison.Ordinal));
        await UntilInstance("in want of room", host, instance => (string?)instance["health_status"] == "failure");
        Assert.Contains("The disk of Docker's directory /var/lib/docker is full", (string?)(await Instance(host))["status_message"], StringComparison.Ordinal);
        var refused = await Home.Gantry("apply", "-f", Home.WriteTask("refused", ["echo never"], $"{Keys}\ninstances: [lab-0]"), "-y");
        Assert.Contains("Docker's disk is full: the container could not be made.", refused.Error, StringComparison.Ordinal);
        Assert.Equal("disk_full", (string?)ServerApi.Submission(await Home.Api.UntilRun("refused", "failed"))!["termination_reason"]);
        host.Run("rm", "/var/lib/docker/fill");
        await UntilInstance("well again", host, instance => (string?)instance["health_status"] == "healthy");
        host.Run("touch", "/tmp/shared/go");
        var writes = ServerApi.Submission(await Home.Api.UntilRun("writes", "done"))!;
        Assert.Contains("Docker dropped what it wrote then: its log has gaps.", (string?)writes["termination_reason_message"], StringComparison.Ordinal);
        Assert.Contains("its log has gaps", (await Home.GantryOk("event")).Output, StringComparison.Ordinal);
        var after = await Home.Gantry("apply", "-f", Home.WriteTask("after", ["echo fine"], $"{Keys}\ninstances: [lab-0]"), "-y");
        Assert.Equal("fine\n", after.Output);
        Assert.DoesNotContain("gaps", after.Error, StringComparison.Ordinal);

        // Its Docker is dead when the lease of what runs there ends.
        var beat = "trap '' TERM; while :; do read up rest </proc/uptime; echo $up >>/beats/$(hostname); sleep 0.05; done";
        await Home.Submit("moves", [beat], $"image: {TestImages.Tools}\nvolumes: ['{shared}:/beats']\nretry: {{on_events: [interruption], duration: 3s}}\n{Small}");
        await Home.Api.UntilRun("moves", "running");
        await Deadline.Until("a beat", () => Beats(host).Count > 0);
        host.Cut();
        host.EndDocker(inOrder: false);
        await Deadline.Until("the run on the other host", () => Beats(hosts[1]).Count > 0, TimeSpan.FromSeconds(90));
        Assert.True(Beats(host)[^1] < Beats(hosts[1])[0], "The first lived still when the second began.");

        await host.StartDockerAsync();
        host.Mend();
        await Home.GantryOk("stop", "moves", "-x", "-y");
        foreach (var each in hosts)
            await Deadline.Until("no container of Gantry's", () => each.Docker("ps", "-aq").Length == 0);

        List<double> Beats(SshHost of) => File.Exists(Path.Combine(shared, of.Name))
            ? [.. File.ReadAllLines(Path.Combine(shared, of.Name)).Where(line => line.Contains('.')).Select(line => double.Parse(line, CultureInfo.InvariantCulture))] : [];
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
        // Its shell may say how the program that it waited for ended.
        Assert.Matches("^up\n(Terminated\n)?told\n$", await Text("ended"));

        // Nothing is placed there before the host has said that its Docker is back.
        await UntilInstance("with its Docker", host, instance => (string?)instance["health_status"] == "healthy");

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
        // Its lease went with the boot that it was of.
        Assert.Equal("instance_unreachable", (string?)submissions[0]!["termination_reason"]);
        Assert.Contains("The host was started anew", (string?)submissions[0]!["termination_reason_message"], StringComparison.Ordinal);
        Assert.Equal(2, (await File.ReadAllLinesAsync(host.FileOn("tmp/shared/runs"), TestContext.Current.CancellationToken)).Length);
        await Deadline.Until("no container of Gantry's", () => host.Docker("ps", "-aq").Length == 0);
    }
}

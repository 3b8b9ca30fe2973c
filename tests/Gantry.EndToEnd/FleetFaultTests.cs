namespace Gantry.EndToEnd;

/// <summary>What happens to hosts, and what becomes of the jobs there.</summary>
public sealed class FleetFaultTests : FleetTest
{
    // Listens where an agent does, says its two lines to each server, and notes what it hears.
    private const string FirstAgent = """
        use IO::Socket::UNIX;
        my $dir = shift;
        open(my $lock, '>', "$dir/spool/agent.lock"); print $lock "$$ 5d1c0a9f\n"; close $lock;
        unlink "$dir/spool/agent.sock";
        my $listener = IO::Socket::UNIX->new(Local => "$dir/spool/agent.sock", Listen => 5) or die;
        sub take { my ($from, $length) = @_; my $all = ''; while (length($all) < $length) { sysread($from, my $part, $length - length($all)) or return undef; $all .= $part } $all }
        while (my $server = $listener->accept) {
          open(my $lines, '<', "$dir/said");
          while (<$lines>) { chomp; syswrite($server, "\x81" . (length() < 126 ? pack('C', length()) : pack('Cn', 126, length())) . $_) }
          while (defined(my $head = take($server, 2))) {
            my $length = ord(substr($head, 1)) & 127;
            $length = unpack('n', take($server, 2)) if $length == 126;
            my $mask = take($server, 4);
            my $data = take($server, $length);
            $data ^= substr($mask x ($length / 4 + 1), 0, $length);
            next unless (ord($head) & 15) == 1;
            open(my $heard, '>>', "$dir/heard"); print $heard "$data\n"; close $heard;
          }
        }
        """;

    [Fact]
    public async Task Network_CutAndBack_LeavesTheJobUnharmedAndItsLogWhole()
    {
        var host = Assert.Single(await MakeFleet(1));
        var go = host.FileOn("tmp/go");
        await Home.Submit("count", ["i=0; while [ ! -e /tmp/go ]; do echo line $i; i=$((i+1)); sleep 0.05; done; echo end $i"], Small);
        await Home.Api.UntilRun("count", Deadline.Usual, "running");

        host.Cut();
        await UntilInstance("unreachable", host, instance => (bool)instance["unreachable"]!);
        Assert.Equal("running", (string?)(await Home.Api.Run("count"))!["status"]);
        Assert.Contains("(unreachable)", (await Home.GantryOk("fleet", "-v")).Output, StringComparison.Ordinal);
        Assert.Contains("the run waits for it", (string?)(await Home.Api.Run("count"))!["error"], StringComparison.Ordinal);
        host.Mend();
        await UntilInstance("reachable", host, instance => !(bool)instance["unreachable"]!);

        await File.WriteAllTextAsync(go, "", TestContext.Current.CancellationToken);
        await Home.Api.UntilRun("count", Deadline.Usual, "done");
        var lines = System.Text.Encoding.UTF8.GetString(await Home.Log("count")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, lines.Length - 1).Select(i => $"line {i}").Append($"end {lines.Length - 1}"), lines);
    }

    [Fact]
    public async Task Host_Rebooted_LosesItsJobAndIsUsedAgain()
    {
        var host = Assert.Single(await MakeFleet(1));
        await Home.Submit("lost", ["sleep 1000"], Small);
        await Home.Api.UntilRun("lost", Deadline.Usual, "running");

        await host.StopAsync();
        await host.StartAsync();

        var run = await Home.Api.UntilRun("lost", Deadline.Usual, "failed");
        Assert.Contains("lost", run.ToJsonString(), StringComparison.Ordinal);
        await UntilInstance("reachable", host, instance => !(bool)instance["unreachable"]!);
        await Home.GantryOk("apply", "-f", Home.WriteTask("after", ["echo fine"], Small), "-y");
    }

    [Fact]
    public async Task Agent_OfTheFirstProtocol_IsReplaced_AndItsJobGoesOn()
    {
        var host = Assert.Single(await MakeFleet(1));
        await Home.Submit("stays", ["echo begin; while [ ! -e /tmp/go ]; do sleep 0.05; done; echo end"], Small);
        await Home.Api.UntilRun("stays", Deadline.Usual, "running");
        // What that agent said when it was released, in its place: at its socket, with its build in the files of the installation.
        var said = (await File.ReadAllLinesAsync(Path.Combine(Checkout.Root, "tests/Gantry.Server.Tests/Protocol/agent-v1.jsonl"), TestContext.Current.CancellationToken))[..2];
        await File.WriteAllLinesAsync(Path.Combine(host.AgentFolder, "said"), said, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(host.AgentFolder, "first-gantry-agent"), FirstAgent, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(host.AgentFolder, "start"), "setsid perl ${0%/*}/first-gantry-agent ${0%/*} </dev/null >/dev/null 2>&1 &\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(host.AgentFolder, "build-id"), "5d1c0a9f\n", TestContext.Current.CancellationToken);
        host.Run("sh", "-c", "kill -9 $(cat /var/lib/gantry/supervise.pid); kill -9 $(cut -d ' ' -f 1 /var/lib/gantry/spool/agent.lock)");

        await Deadline.Until("what the first agent heard", () => File.Exists(Path.Combine(host.AgentFolder, "heard")));
        await Deadline.Until("an agent of this build", () => host.Programs().Contains("gantry-agent"));
        await UntilInstance("reachable", host, instance => !(bool)instance["unreachable"]!);

        Assert.All(await File.ReadAllLinesAsync(Path.Combine(host.AgentFolder, "heard"), TestContext.Current.CancellationToken), line => Assert.Contains("\"server_hello\"", line, StringComparison.Ordinal));
        Assert.DoesNotContain("perl", host.Programs());
        await File.WriteAllTextAsync(host.FileOn("tmp/go"), "", TestContext.Current.CancellationToken);
        var run = await Home.Api.UntilRun("stays", Deadline.Usual, "done");
        Assert.Single(run["jobs"]![0]!["job_submissions"]!.AsArray());
        Assert.Equal("begin\nend\n", await Text("stays"));
    }

    [Fact]
    public async Task HostKey_Changed_IsAnErrorUntilTheHostIsAddedAnew()
    {
        var host = Assert.Single(await MakeFleet(1));

        await host.StopAsync();
        host.NewHostKey();
        await host.StartAsync();

        await UntilInstance("refused for its key", host, instance => ((string?)instance["status_message"])?.Contains("shows another host key", StringComparison.Ordinal) == true);
        Assert.True((bool)(await Instance(host))["unreachable"]!);
    }

    [Fact]
    public async Task Server_SecondThatClaimsAHost_IsToldWhoOwnsIt()
    {
        var host = Assert.Single(await MakeFleet(1));
        await using var second = new GantryHome();
        foreach (var (name, value) in Home.Environment)
            second.Environment[name] = value;

        var result = await second.Gantry("apply", "-f", Fleet([host]), "-y");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("It belongs to the Gantry server ", result.Error, StringComparison.Ordinal);
        Assert.Contains("main/lab on ", result.Error, StringComparison.Ordinal);
        Assert.Equal("idle", (string?)(await Instance(host))["status"]);
        // What the second has of the host may go without touching it.
        await second.GantryOk("fleet", "delete", "lab", "-y");
        Assert.True(File.Exists(Path.Combine(host.AgentFolder, "owner")));
    }
}

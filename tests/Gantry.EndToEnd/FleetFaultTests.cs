namespace Gantry.EndToEnd;

/// <summary>What happens to hosts, and what becomes of the jobs there.</summary>
public sealed class FleetFaultTests : FleetTest
{
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

using System.Text.Json.Nodes;

namespace Gantry.EndToEnd;

/// <summary>A host whose first process is a real systemd: the agent is a service there.</summary>
public sealed class FleetSystemdTests : FleetTest
{
    private const string Service = "gantry-agent.service";

    [Fact]
    public async Task Host_WithSystemd_HasTheAgentAsAServiceThatItsAdministratorMayStop_AndKeepsNothingOfIt()
    {
        Assert.SkipUnless(File.Exists("/lib/systemd/systemd"), "Needs systemd.");
        var host = await Network.AddAsync(HostTraits.Systemd);
        await Home.GantryOk("apply", "-f", Fleet([host]), "-y");
        Assert.Equal("enabled", host.Run("systemctl", "is-enabled", Service).Trim());
        var first = MainPid(host);
        await Home.Submit("stays", ["echo $$; while [ ! -e /tmp/go ]; do sleep 0.05; done; echo end"], Small);
        await Home.Api.UntilRun("stays", "running");

        // Killed, it is started again by systemd. Its job goes on all the time.
        host.KillAgent();
        await Deadline.Until("another agent", () => MainPid(host) is not 0 and var now && now != first);
        await UntilInstance("reachable", host, instance => !(bool)instance["unreachable"]!);

        // Stopped by hand, it stays stopped: the server tries, starts nothing, and says how it is started. So does one that is new.
        host.Run("systemctl", "disable", "--now", Service);
        await UntilInstance("stopped by hand", host, IsStopped);
        await Home.KillServer();
        await Home.StartServer();
        await UntilInstance("stopped by hand", host, IsStopped);
        Assert.Equal("running", (string?)(await Home.Api.Run("stays"))!["status"]);
        Assert.Equal(0, MainPid(host));
        Assert.Equal("inactive", host.Run("systemctl", "show", "-p", "ActiveState", "--value", Service).Trim());

        host.Run("systemctl", "start", Service);
        await UntilInstance("reachable", host, instance => !(bool)instance["unreachable"]!);
        // It is left as whoever disabled it wants it.
        Assert.Contains("disabled", host.Run("sh", "-c", $"systemctl is-enabled {Service} || true"), StringComparison.Ordinal);
        host.Run("touch", "/tmp/go");
        await Home.Api.UntilRun("stays", "done");
        var log = (await Text("stays")).Split('\n');
        Assert.True(log is [_, "end", ""], string.Join('\n', log));
        var submissions = (await Home.Api.Run("stays"))!["jobs"]![0]!["job_submissions"]!.AsArray();
        Assert.Single(submissions);

        await Home.GantryOk("fleet", "delete", "lab", "-y");
        Assert.False(Directory.Exists(host.AgentFolder));
        Assert.DoesNotContain(Service, host.Run("systemctl", "list-unit-files", "--no-legend"), StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFileSystemEntries(host.FileOn("units"), "*", SearchOption.AllDirectories), path => path.Contains("gantry", StringComparison.Ordinal));
        await Deadline.Until("no agent and no relay", () => !host.Programs().Contains("gantry-agent"));
    }

    private static bool IsStopped(JsonNode instance) =>
        (bool)instance["unreachable"]! && ((string?)instance["status_message"])?.Contains("was stopped by hand", StringComparison.Ordinal) == true
            && ((string?)instance["status_message"])!.EndsWith("Start it there: systemctl start gantry-agent", StringComparison.Ordinal);

    private static int MainPid(SshHost host) => int.Parse(host.Run("systemctl", "show", "-p", "MainPID", "--value", Service));
}

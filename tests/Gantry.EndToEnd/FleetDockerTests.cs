using System.Text;
using System.Text.Json.Nodes;

namespace Gantry.EndToEnd;

/// <summary>Containers on hosts of a fleet, each with a Docker of its own.</summary>
public sealed class FleetDockerTests : FleetTest
{
    // Whichever end of busybox's nc has no input left ends, and the other one with it: the one that listens has an input that does not end.
    private const string Talk = """
        if [ $DSTACK_NODE_RANK = 0 ]; then mkfifo /tmp/open; nc -l -p 7070 0<> /tmp/open; else
        until echo "hello from $DSTACK_NODE_RANK of $DSTACK_NODES_NUM" | nc $DSTACK_MASTER_NODE_IP 7070; do sleep 0.05; done; fi
        """;

    [Fact]
    public async Task Fleet_OfHostsWithDocker_RunsContainersThere_AndLeavesOtherPeoplesAlone()
    {
        Home.Environment["GANTRY_DEFAULT_IMAGE"] = TestImages.Tools;
        // One's Docker is where DOCKER_HOST says, the other's at the usual place.
        var hosts = await Network.AddAsync(HostTraits.DockerElsewhere, HostTraits.Docker);
        var (stranger, other) = (Stranger(hosts[0]), Stranger(hosts[0], $"dev.gantry.agent={Guid.NewGuid()}"));
        await Home.GantryOk("apply", "-f", Fleet(hosts, more: "env: [FROM=fleet]"), "-y");
        foreach (var host in hosts)
            Assert.NotEqual("", (string?)(await Facts(host))["docker_version"] ?? "");

        // Without an image: the server's default one. Two nodes find each other over the hosts' network.
        await Home.GantryOk("apply", "-f", Home.WriteTask("talk", [Talk, "ls / | tr '\\n' ' '", "hostname; echo $FROM"], $"nodes: 2\n{Small}"), "-y");
        var heard = Encoding.UTF8.GetString(await Home.Log("talk", "--job", "0"));
        Assert.StartsWith("hello from 1 of 2\n", heard, StringComparison.Ordinal);
        Assert.Contains("bin dev etc proc ", heard, StringComparison.Ordinal);
        Assert.EndsWith("fleet\n", heard, StringComparison.Ordinal);
        var told = Encoding.UTF8.GetString(await Home.Log("talk", "--job", "1"));
        Assert.Equal(hosts.Select(host => host.Name).Order(), new[] { heard, told }.Select(log => log.Split('\n')[^3].Split(' ')[^1]).Order());

        // With one, as its user, who may write to the directory that was made for it; what was there before belongs to whom it did.
        hosts[0].Run("mkdir", "-p", "/tmp/shared");
        await Home.Submit("stays", ["id -un; touch /made/mine; while [ ! -e /shared/go ]; do sleep 0.05; done; exit 3"], $"image: {TestImages.Tools}\nuser: app\nvolumes: ['/tmp/shared:/shared', '/tmp/new/deep:/made']\ninstances: [lab-0]\n{Small}");
        await Home.Api.UntilRun("stays", "running");
        var agent = (string)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(hosts[0].AgentFolder, "spool/agent.json"), TestContext.Current.CancellationToken))!["agent_id"]!;
        var container = Assert.Single(hosts[0].Containers("stays"));
        Assert.Equal(agent, hosts[0].Docker("inspect", "-f", "{{index .Config.Labels \"dev.gantry.agent\"}}", container));

        // An agent that is killed comes back, finds its container by the label, and clears up what is left of others of its own.
        var leftover = hosts[0].Docker("create", "--label", $"dev.gantry.agent={agent}", "--label", $"dev.gantry.job={Guid.NewGuid()}", TestImages.Tools, "true");
        hosts[0].KillAgent();
        await Deadline.Until("the leftover gone", () => !hosts[0].Docker("ps", "-aq", "--no-trunc").Contains(leftover, StringComparison.Ordinal));
        await File.WriteAllTextAsync(hosts[0].FileOn("tmp/shared/go"), "", TestContext.Current.CancellationToken);
        var stays = await Home.Api.UntilRun("stays", "failed");
        Assert.Equal(3, (int?)ServerApi.Submission(stays)!["exit_status"]);
        Assert.Equal("app\n", Encoding.UTF8.GetString(await Home.Log("stays")));
        Assert.Equal("755 0\n755 1000\n644 1000\n755 0\n", hosts[0].Run("stat", "-c", "%a %u", "/tmp/new", "/tmp/new/deep", "/tmp/new/deep/mine", "/tmp/shared"));
        foreach (var host in hosts)
            await Deadline.Until("no container of Gantry's", () => host.Docker("ps", "-aq", "--filter", "label=dev.gantry.run").Length == 0);

        // A host that is given back keeps no container of Gantry's, whatever it does, and all others.
        var forgotten = Stranger(hosts[0], $"dev.gantry.agent={agent}");
        await Home.GantryOk("fleet", "delete", "lab", "-y");
        Assert.All(hosts, host => Assert.False(Directory.Exists(host.AgentFolder)));
        var left = hosts[0].Docker("ps", "-q", "--no-trunc").Split('\n');
        Assert.Equal(new[] { stranger, other }.Order(), left.Order());
        Assert.DoesNotContain(forgotten, left);
    }

    private static string Stranger(SshHost host, string? label = null) =>
        host.Docker(["run", "-d", "--network", "host", .. label is null ? Array.Empty<string>() : ["--label", label], TestImages.Tools, "sleep", "1000"]);

    private async Task<JsonNode> Facts(SshHost host)
    {
        var database = new Database(Home);
        var id = (string?)(await Instance(host))["id"];
        return JsonNode.Parse((string)database.Query($"SELECT facts FROM instances WHERE id = '{id}'")[0][0]!)!;
    }
}

using System.Text.Json.Nodes;

namespace Gantry.EndToEnd;

/// <summary>Fleets of hosts that are network namespaces with a real sshd each.</summary>
public sealed class FleetTests : FleetTest
{
    private const string Server = "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => 7070, Listen => 1, ReuseAddr => 1) or die; print scalar readline($s->accept)'";
    private const string Client = "perl -MIO::Socket::INET -e 'for (1..300) { if ($s = IO::Socket::INET->new(PeerAddr => \"$ENV{DSTACK_MASTER_NODE_IP}:7070\")) { print $s \"hello from $ENV{DSTACK_NODE_RANK} of $ENV{DSTACK_NODES_NUM}\\n\"; exit 0 } select undef, undef, undef, 0.1 } die'";

    [Fact]
    public async Task Fleet_OfTwoHosts_ComesUpWithOneApplyRunsTwoNodesAndLeavesNothing()
    {
        var hosts = new[] { await Network.AddAsync(), await Network.AddAsync() };
        // The example, with the hosts of this test.
        var example = (await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "examples", "fleet", "lab.dstack.yml"), TestContext.Current.CancellationToken))
            .Replace("192.168.1.21", hosts[0].Address).Replace("192.168.1.22", hosts[1].Address).Replace("~/.ssh/id_ed25519", Network.Key).Replace("user: ubuntu", "user: root");
        await Home.GantryOk("apply", "-f", Home.Write("lab", $"{example}\nprocess_user: {SshHost.PlainUser}\n"), "-y");

        Assert.All(hosts, host => Assert.True(File.Exists(Path.Combine(host.AgentFolder, "owner"))));
        var fleet = JsonNode.Parse((await Home.GantryOk("fleet", "get", "lab", "--json")).Output)!;
        Assert.Equal("active", (string?)fleet["status"]);
        Assert.Equal(["lab-0", "lab-1"], fleet["instances"]!.AsArray().Select(instance => (string)instance!["name"]!));
        Assert.All(fleet["instances"]!.AsArray(), instance => Assert.Equal("idle", (string?)instance!["status"]));
        Assert.DoesNotContain("PRIVATE KEY", fleet.ToJsonString(), StringComparison.Ordinal);

        // One node listens, the other finds it by the documented environment. Both run as the fleet's user.
        var task = Home.WriteTask("talk", [$"if [ $DSTACK_NODE_RANK = 0 ]; then {Server}; else {Client}; fi", "id -un", "hostname"], $"nodes: 2\n{Small}");
        await Home.GantryOk("apply", "-f", task, "-y");
        var logs = System.Text.Encoding.UTF8.GetString(await Home.Log("talk", "--job", "0"));
        Assert.Contains("hello from 1 of 2", logs, StringComparison.Ordinal);
        Assert.Contains(SshHost.PlainUser, logs, StringComparison.Ordinal);
        Assert.Contains(hosts, host => logs.Contains(host.Name, StringComparison.Ordinal));

        await Home.GantryOk("fleet", "delete", "lab", "-y");
        Assert.All(hosts, host => Assert.False(Directory.Exists(host.AgentFolder)));
        foreach (var host in hosts)
            await Deadline.Until($"only sshd on {host.Name}", () => host.Programs().All(program => program is "sshd" or "ps"));
        Assert.Equal("[]", JsonNode.Parse((await Home.GantryOk("fleet", "--json")).Output)!.ToJsonString());
    }

    [Fact]
    public async Task Apply_WithAHostAddedAndOneRemoved_ChangesOnlyThat()
    {
        var hosts = await MakeFleet(2);
        var kept = (string?)(await Instance(hosts[0]))["id"];
        var third = await Network.AddAsync();
        await Home.Submit("stays", ["sleep 1000"], $"{Small}\ninstances: [lab-0]");
        await Home.Api.UntilRun("stays", Deadline.Usual, "running");

        // A host in use is not taken away.
        var refused = await Home.Gantry("apply", "-f", Fleet([hosts[1], third]), "-y");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("In use: lab-0 by stays. Nothing was changed.", refused.Error, StringComparison.Ordinal);
        var deletion = await Home.Gantry("fleet", "delete", "lab", "-y");
        Assert.NotEqual(0, deletion.ExitCode);
        Assert.Contains("lab-0 by stays", deletion.Error, StringComparison.Ordinal);

        await Home.GantryOk("apply", "-f", Fleet([hosts[0], third]), "-y");

        await Deadline.Until("the removed host clean", () => !Directory.Exists(hosts[1].AgentFolder));
        Assert.Equal(kept, (string?)(await Instance(hosts[0]))["id"]);
        Assert.Equal("busy", (string?)(await Instance(hosts[0]))["status"]);
        Assert.Equal("idle", (string?)(await Instance(third))["status"]);
        Assert.Equal("running", (string?)(await Home.Api.Run("stays"))!["status"]);
    }

    [Fact]
    public async Task Hosts_ThatCannotBeUsed_SayEverythingThatTheyLack()
    {
        var host = await Network.AddAsync(HostTraits.NoSudo);
        var wrong = Path.Combine(Network.Folder, "wrong");
        SshNetwork.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", wrong);

        // No sudo and no Docker, both at once; a port where nobody listens; a key that is not accepted.
        var path = Home.Write("lab", $$"""
            type: fleet
            name: lab
            ssh_config:
              user: {{SshHost.PlainUser}}
              identity_file: {{Network.Key}}
              hosts:
                - {{host.Address}}
                - {hostname: {{host.Address}}, port: 2222}
                - {hostname: {{Network.Prefix}}.1, user: root, identity_file: {{wrong}}, port: 2223}
            """);
        var result = await Home.Gantry("apply", "-f", path, "-y");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("The user plain is not root, and there is no sudo.", result.Error, StringComparison.Ordinal);
        Assert.Contains("Docker", result.Error, StringComparison.Ordinal);
        Assert.Contains($"Nobody listens on port 2222 of plain@{host.Address}:2222.", result.Error, StringComparison.Ordinal);
        Assert.Contains("3 of 3 hosts could not be added", result.Error, StringComparison.Ordinal);

        var refused = await Home.Gantry("apply", "-f", Fleet([host], key: wrong), "-y");
        Assert.Contains($"Root@{host.Address} does not take the key.", refused.Error, StringComparison.OrdinalIgnoreCase);
        Assert.False(Directory.Exists(host.AgentFolder));
        Assert.DoesNotContain(Directory.GetDirectories("/dev/shm", "gantry-ssh-*"), folder => File.ReadAllText(Path.Combine(folder, "config")).Contains(host.Address, StringComparison.Ordinal));

        // Put right, the same fleet comes up.
        await Home.GantryOk("apply", "-f", Fleet([host]), "-y");
        Assert.DoesNotContain("PRIVATE KEY", await File.ReadAllTextAsync(Home.DatabasePath, System.Text.Encoding.Latin1, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}

using System.Text;

namespace Gantry.EndToEnd;

/// <summary>The ways to hosts and the users there: through a head node, by sudo, by a name, by a port and a key of their own, over a bad line.</summary>
public sealed class FleetWaysTests : FleetTest
{
    [Fact]
    public async Task Hosts_EachReachedInItsOwnWay_RunProcessesOfTheFleetsUser()
    {
        var hosts = await Network.AddAsync(HostTraits.None, HostTraits.Inner, HostTraits.None);
        var (head, inner, far) = (hosts[0], hosts[1], hosts[2]);
        head.JoinInner();
        var key = Path.Combine(Network.Folder, "other");
        SshNetwork.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
        await File.WriteAllTextAsync(far.FileOn("authorized_keys"), await File.ReadAllTextAsync(key + ".pub", TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        // 150 ms either way, and of what comes to the host each fiftieth packet is lost.
        await using var way = new SlowWay(far.Address, 22, TimeSpan.FromMilliseconds(150));
        far.Lose(0.02);
        var fleet = Home.Write("lab", $$"""
            type: fleet
            name: lab
            placement: cluster
            process_user: {{SshHost.PlainUser}}
            ssh_config:
              user: root
              identity_file: {{Network.Key}}
              hosts:
                - {hostname: {{head.Address}}, user: {{SshHost.AdminUser}}, blocks: 2}
                - {hostname: {{inner.Address}}, proxy_jump: {hostname: {{head.Address}}, user: {{SshHost.PlainUser}}, identity_file: {{Network.Key}} } }
                - {hostname: localhost, port: {{way.Port}}, identity_file: {{key}}, internal_ip: {{far.Address}} }
            """);
        await Home.GantryOk("apply", "-f", fleet, "-y");
        Assert.All(hosts, host => Assert.True(File.Exists(Path.Combine(host.AgentFolder, "owner"))));

        // On each: as the fleet's user, with the files that it brings along as that user's own.
        await File.WriteAllTextAsync(Path.Combine(Home.Work, "brought.txt"), "brought along\n", TestContext.Current.CancellationToken);
        for (var i = 0; i < hosts.Length; i++)
        {
            var keys = $"instances: [lab-{i}]\nuser: root\nfiles: ['brought.txt:/tmp/place/brought.txt']\n{Small}";
            await Home.Submit($"on-{i}", ["hostname; id -un; cat /tmp/place/brought.txt; echo more >> /tmp/place/brought.txt; stat -c %U /tmp/place/brought.txt; echo $DSTACK_MASTER_NODE_IP"], keys);
        }
        for (var i = 0; i < hosts.Length; i++)
        {
            await Home.Api.UntilRun($"on-{i}", "done");
            Assert.Equal($"{hosts[i].Name}\nplain\nbrought along\nplain\n{hosts[i].Address}\n", Encoding.UTF8.GetString(await Home.Log($"on-{i}")));
        }

        // Over the bad line: a log of some size is whole, and commands run in the job.
        await Home.Submit("talks", ["i=0; while [ $i -lt 20000 ]; do echo \"line $i\"; i=$((i+1)); done; while [ ! -e /tmp/go ]; do sleep 0.05; done"], $"instances: [lab-2]\n{Small}");
        await Home.Api.UntilRun("talks", "running");
        Assert.Equal("heard\n", (await Home.GantryOk("exec", "talks", "--", "sh", "-c", "touch /tmp/go; echo heard")).Output);
        await Home.Api.UntilRun("talks", "done");
        Assert.Equal(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i}\n")), Encoding.UTF8.GetString(await Home.Log("talks")));

        // Of several that start the agent at once, one keeps it: the first.
        var keeper = inner.Run("cat", "/var/lib/gantry/supervise.pid");
        inner.Run("sh", "-c", "for i in 1 2 3 4; do sh /var/lib/gantry/start & done; wait");
        await Deadline.Until("one keeper", () => inner.Run("sh", "-c", "ps -eo args= | grep -c '^sh .*/supervise$'").Trim() == "1");
        Assert.Equal(keeper, inner.Run("cat", "/var/lib/gantry/supervise.pid"));

        await Home.GantryOk("fleet", "delete", "lab", "-y");
        Assert.All(hosts, host => Assert.False(Directory.Exists(host.AgentFolder)));
    }

    [Fact]
    public async Task Sudo_MissingOrAskingForAPassword_IsTold()
    {
        var hosts = await Network.AddAsync(HostTraits.None, HostTraits.NoSudo);
        var fleet = Home.Write("lab", $$"""
            type: fleet
            name: lab
            process_user: {{SshHost.PlainUser}}
            ssh_config:
              user: {{SshHost.AskedUser}}
              identity_file: {{Network.Key}}
              hosts: [{{hosts[0].Address}}, {{hosts[1].Address}}]
            """);
        var result = await Home.Gantry("apply", "-f", fleet, "-y");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{hosts[0].Address}: The user asked cannot use sudo without a password. Allow it: ", result.Error, StringComparison.Ordinal);
        Assert.Contains($"{hosts[1].Address}: The user asked is not root, and there is no sudo. Install sudo", result.Error, StringComparison.Ordinal);
        Assert.All(hosts, host => Assert.False(Directory.Exists(host.AgentFolder)));
    }
}

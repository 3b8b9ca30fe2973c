using System.Net.Sockets;

namespace Gantry.EndToEnd;

/// <summary>Runs of several nodes on hosts with addresses of their own.</summary>
public sealed class NodesTests : FleetTest
{
    [Fact]
    public async Task Nodes_OfTwoHosts_SshToEachOther_WhileTheRunIsThere()
    {
        var hosts = await MakeFleet(2);
        await Home.GantryOk("apply", "-f", Path.Combine(Checkout.Root, "examples", "fleet", "everywhere.dstack.yml"), "-y");
        Assert.Equal($"node 0 of 2 on {hosts[0].Name} as plain\nnode 1 of 2 on {hosts[1].Name} as plain\n", (await Home.GantryOk("logs", "everywhere")).Output);
        foreach (var host in hosts)
        {
            await Deadline.Until($"nobody to listen for nodes on {host.Name}", () => !Listens(host));
            Assert.Empty(Directory.GetDirectories(host.FileOn("/tmp"), "gantry-ssh-*"));
        }
        Assert.DoesNotContain("PRIVATE KEY", await File.ReadAllTextAsync(Home.DatabasePath, System.Text.Encoding.Latin1, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", Home.Logs(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Groups_FindEachOtherByReference_AndOneNodesFailureEndsTheRun()
    {
        var hosts = await MakeFleet(2);
        const string resources = "resources: {cpu: 1.., memory: 16MB.., disk: 1MB..}";
        await Home.GantryOk("apply", "-d", "-y", "-f", Home.Write("pair", $$$"""
            type: task
            name: pair
            fleets: [lab]
            env: ["HEAD=${{ groups[0].nodes[0].IP_ADDRESS }}"]
            groups:
              - name: head
                commands: ["until [ -e /tmp/met ]; do sleep 0.05; done; cat /tmp/met; sleep 1000"]
                {{{resources}}}
              - name: worker
                commands: ["echo \"$HEAD ${{ groups[1].nodes[0].IP_ADDRESS }} $DSTACK_NODE_RANK of $DSTACK_NODES_NUM\" | ssh ${{ groups[0].nodes[0].IP_ADDRESS }} 'cat > /tmp/new; mv /tmp/new /tmp/met'; until [ -e /tmp/fail ]; do sleep 0.05; done; exit 3"]
                {{{resources}}}
            """));
        await Deadline.Until("both nodes to meet", async () => (await Home.Gantry("logs", "pair")).Output.Length > 0);
        Assert.Equal($"{hosts[0].Address} {hosts[1].Address} 1 of 2\n", (await Home.GantryOk("logs", "pair")).Output);
        Assert.All(hosts, host => Assert.True(Listens(host)));

        await File.WriteAllTextAsync(hosts[1].FileOn("/tmp/fail"), "", TestContext.Current.CancellationToken);

        var run = await Home.Api.UntilRun("pair", Deadline.Usual, "failed");
        Assert.Equal(3, (int?)run["jobs"]![1]!["job_submissions"]![0]!["exit_status"]);
        Assert.Equal("terminated_by_server", (string?)run["jobs"]![0]!["job_submissions"]![0]!["termination_reason"]);
        await Deadline.Until("nothing left of the other node", () => !hosts[0].Programs().Contains("sleep") && !Listens(hosts[0]));
    }

    [Fact]
    public async Task Nodes_OfIPv6Hosts_HaveAddressesThatTheyReachEachOtherBy()
    {
        var hosts = await Network.AddAsync(HostTraits.IPv6, HostTraits.IPv6);
        await Home.GantryOk("apply", "-f", Fleet(hosts), "-y");
        const string server = "perl -MIO::Socket::IP -e '$s = IO::Socket::IP->new(LocalHost => \"::\", LocalPort => 7070, Listen => 1, ReuseAddr => 1) or die $@; print scalar readline($s->accept)'";
        const string client = "perl -MIO::Socket::IP -e 'for (1..300) { if ($s = IO::Socket::IP->new(PeerHost => $ENV{DSTACK_MASTER_NODE_IP}, PeerPort => 7070)) { print $s \"hello from $ENV{DSTACK_NODE_RANK}\\n\"; exit 0 } select undef, undef, undef, 0.1 } die'";
        var task = Home.WriteTask(
            "six",
            [$"if [ $DSTACK_NODE_RANK != 0 ]; then {client}; exec sleep infinity; fi; {server}", "echo $DSTACK_NODES_IPS; cat $DSTACK_MPI_HOSTFILE; for node in $DSTACK_NODES_IPS; do ssh $node hostname; done"],
            $"nodes: 2\nstop_criteria: master-done\n{Small}");

        await Home.GantryOk("apply", "-f", task, "-y");

        Assert.Equal(
            $"hello from 1\n{hosts[0].Address} {hosts[1].Address}\n{hosts[0].Address}\n{hosts[1].Address}\n{hosts[0].Name}\n{hosts[1].Name}\n", (await Home.GantryOk("logs", "six", "--job", "0")).Output);
        Assert.Contains(hosts[1].Address, (await Home.GantryOk("fleet", "get", "lab", "--json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reference_ToANodeThatIsNotThere_IsRefusedWithWhatThereIs()
    {
        var result = await Home.Gantry("apply", "-y", "-f", Home.Write("pair", """
            type: task
            name: pair
            groups:
              - {name: head, commands: ["ping ${{ groups[1].nodes[2].IP_ADDRESS }}"]}
              - {nodes: 2, commands: ["sleep 1"]}
            """));

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(
            "groups[0].commands: ${{ groups[1].nodes[2].IP_ADDRESS }}: group 1 has no node 2. There are groups[0] (head) with nodes[0], groups[1] with nodes[0] to nodes[1].", result.Error, StringComparison.Ordinal);
    }

    private static bool Listens(SshHost host)
    {
        try
        {
            using var client = new TcpClient(host.Address, 10022);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

namespace Gantry.EndToEnd;

/// <summary>Nodes of a run that are containers, on hosts with addresses and a Docker of their own.</summary>
public sealed class DockerNodesTests : FleetTest
{
    [Fact]
    public async Task Containers_OfTwoHosts_SshAndCopyToEachOther_WhoeverTheirUserIs()
    {
        Assert.SkipUnless(DebianImage.IsPossible, DebianImage.Needs);
        var hosts = await Network.AddAsync(HostTraits.Docker, HostTraits.Docker);
        DebianImage.Make(hosts);
        await Home.GantryOk("apply", "-f", Fleet(hosts, more: ""), "-y");

        foreach (var (name, user) in ((string, string)[])[("boxes", "root"), ("boxes-nobody", "nobody")])
        {
            var task = Home.WriteTask(
                name,
                [
                    "if [ $DSTACK_NODE_RANK != 0 ]; then exec sleep infinity; fi",
                    "for node in $DSTACK_NODES_IPS; do ssh $node 'echo node $DSTACK_NODE_RANK of $DSTACK_NODES_NUM on $(hostname) as $(id -un) in $PWD, $WORD'; done",
                    "last=$(echo \"$DSTACK_NODES_IPS\" | tail -n 1); echo copied > /tmp/sent; scp -q /tmp/sent $last:/tmp/received; ssh $last 'cat /tmp/received; exit 5' || echo $?",
                    "rsync /tmp/sent $last:/tmp/synced && ssh $last cat /tmp/synced",
                    "! ssh -o BatchMode=yes -W 127.0.0.1:22 $last 2>/dev/null </dev/null",
                ],
                $"image: {DebianImage.Name}\nuser: {user}\nworking_dir: /tmp\nenv: [\"WORD=two words\"]\nnodes: 2\nstartup_order: workers-first\nstop_criteria: master-done\n{Small}");

            await Home.GantryOk("apply", "-f", task, "-y");

            var lines = hosts.Select((host, rank) => $"node {rank} of 2 on {host.Name} as {user} in /tmp, two words\n");
            Assert.Equal($"{string.Concat(lines)}copied\n5\ncopied\n", (await Home.GantryOk("logs", name, "--job", "0")).Output);
        }
        await Home.GantryOk("fleet", "delete", "lab", "-y");
        Assert.All(hosts, host => Assert.Empty(host.Docker("ps", "-aq")));
    }
}

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Gantry.Agent.Tests.Support;
using Gantry.Model.Link;

namespace Gantry.Agent.Tests;

/// <summary>Nodes of runs on this host, whose address is the loopback one: the real ssh in jobs, the real sshd before them.</summary>
public sealed class NodeSshTests
{
    // Signals of Linux.
    private const int Stop = 19, Continue = 18;

    private readonly int _port = FreePort();

    [Fact]
    public async Task Ssh_ToANode_EntersTheJobOfTheRun_AndNoOther()
    {
        SkipWithoutSshd();
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var (one, other) = (Key(), Key());
        var host = Key();
        var first = Node(server, one, host, "exec sleep 600", "first");
        var second = Node(server, other, host, "exec sleep 600", "second");
        await server.WantAsync(first, second);
        await server.UntilRunningAsync(first.JobId);
        await server.UntilRunningAsync(second.JobId);

        // A third node of the first run, as mpirun would: by address, without asking. Its rank comes behind the first's, so it is not entered itself.
        var third = Node(
            server, one, host,
            """
            ssh 127.0.0.1 'echo "$NAME in $(basename "$(dirname "$PWD")")"; exit 7'; echo "status $?"
            printf sent > file; scp -q file 127.0.0.1:received && sftp -q -b /dev/null 127.0.0.1 && ssh 127.0.0.1 'cat received; echo'
            echo input | ssh 127.0.0.1 cat
            ssh -o LogLevel=INFO -W 127.0.0.1:22 127.0.0.1 </dev/null 2>&1 | head -c 200
            ssh -p 1 127.0.0.1 true 2>/dev/null || echo "no other port"
            """,
            "third", rank: 1);
        await server.WantAsync(third);
        await server.UntilEndedAsync(third.JobId);

        var said = server.Text(third.JobId);
        Assert.StartsWith($"first in {first.JobId}\nstatus 7\nsent\ninput\n", said, StringComparison.Ordinal);
        Assert.Contains("administratively prohibited", said, StringComparison.Ordinal);
        var fourth = Node(server, other, host, "ssh 127.0.0.1 'echo $NAME'", "fourth", rank: 1);
        await server.WantAsync(fourth);
        await server.UntilEndedAsync(fourth.JobId);
        Assert.Equal("second\n", server.Text(fourth.JobId));
    }

    [Fact]
    public async Task Sshd_ListensOnlyWhileANodeIsHere_AndOutlivesTheAgent()
    {
        SkipWithoutSshd();
        await using var agent = await TestAgent.StartAsync();
        var server = await agent.ConnectAsync();
        var (run, host) = (Key(), Key());
        var alone = server.Order("exec sleep 600");
        await server.WantAsync(alone);
        await server.UntilRunningAsync(alone.JobId);
        Assert.False(IsListening());

        var node = Node(server, run, host, "exec sleep 600", "node");
        // Connected before the agent is killed, and asked again after it.
        var peer = Node(
            server, run, host,
            "mkfifo go; (ssh 127.0.0.1 'echo in $NAME; read line; echo \"$line\"') < go & exec 3> go; until [ -e killed ]; do sleep 0.02; done; echo went on >&3; wait; ssh 127.0.0.1 'echo again in $NAME'",
            "peer", rank: 1);
        await server.WantAsync(node, peer);
        await server.UntilLoggedAsync(peer.JobId, "in node\n");
        var id = server.Id;
        await agent.KillAsync();
        await agent.RestartAsync();
        await server.DisposeAsync();
        await using var next = await agent.ConnectAsync(id);
        await File.WriteAllTextAsync(Path.Combine(agent.JobDirectory(peer.JobId), "work", "killed"), "");
        await next.WantAgainAsync((node.JobId, 0), (peer.JobId, 0), (alone.JobId, 0));
        await next.UntilEndedAsync(peer.JobId);
        await next.Until(() => next.Text(peer.JobId).EndsWith("again in node\n", StringComparison.Ordinal), "all that it said");
        Assert.Equal("in node\nwent on\nagain in node\n", next.Text(peer.JobId));
        Assert.True(IsListening());

        await next.StopAsync(node.JobId, 0);
        await next.UntilEndedAsync(node.JobId);
        await Eventually.True(() => !IsListening() && !Directory.Exists(Path.Combine(agent.Spool, "node-ssh")), "nobody to listen");
        Assert.Equal(ObservedState.Running, next.Observed(alone.JobId)!.State);
    }

    [Fact]
    public async Task Node_WantedWhileTheFormerSshdStillEnds_StartsOnceItsOwnListens()
    {
        SkipWithoutSshd();
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var former = Node(server, Key(), Key(), "exec sleep 600", "former");
        await server.WantAsync(former);
        await server.UntilRunningAsync(former.JobId);
        var sshd = int.Parse(await File.ReadAllTextAsync(Path.Combine(agent.Spool, "node-ssh", "pid")));
        Assert.Equal(0, Native.Libc.kill(sshd, Stop));
        await server.StopAsync(former.JobId, 0);
        await server.UntilEndedAsync(former.JobId);

        var next = Node(server, Key(), Key(), "ssh 127.0.0.1 'echo in $NAME'", "next");
        await server.WantAsync(next);
        await server.UntilEndedAsync(await server.StartAsync("true"));
        Assert.Equal(ObservedState.Accepted, server.Observed(next.JobId)?.State ?? ObservedState.Accepted);
        Assert.Equal(0, Native.Libc.kill(sshd, Continue));

        Assert.Equal(0, (await server.UntilEndedAsync(next.JobId)).ExitStatus);
        Assert.Equal("in next\n", server.Text(next.JobId));
    }

    [Fact]
    public async Task Port_Taken_TheJobRunsAllTheSame_AndTheLogSaysWhyNobodyComes()
    {
        SkipWithoutSshd();
        using var taken = new TcpListener(IPAddress.Loopback, _port);
        taken.Start();
        await using var agent = await TestAgent.StartAsync();
        agent.Tolerated = "127.0.0.1 failed: ";
        await using var server = await agent.ConnectAsync();
        var node = Node(server, Key(), Key(), "ssh -o ConnectTimeout=1 127.0.0.1 true 2>/dev/null || echo not in", "node");

        await server.WantAsync(node);

        Assert.Equal(0, (await server.UntilEndedAsync(node.JobId)).ExitStatus);
        Assert.Equal("not in\n", server.Text(node.JobId));
        Assert.Contains($"nodes of a run can not ssh to this host: Bind to port {_port} on 127.0.0.1", agent.ReadLog(), StringComparison.Ordinal);
    }

    private static void SkipWithoutSshd() => Assert.SkipUnless(
        File.Exists("/usr/sbin/sshd") && Environment.UserName == "root", "Needs root and sshd (openssh-server).");

    private JobOrder Node(TestServer server, (string Private, string Public) run, (string Private, string Public) host, string script, string name, int rank = 0) =>
        server.Order(script, env: env =>
        {
            env["NAME"] = name;
            env["DSTACK_NODE_RANK"] = $"{rank}";
        }) with
        {
            NodeIps = ["127.0.0.1", "127.0.0.1"],
            NodeSsh = new NodeSsh
            {
                Address = "127.0.0.1",
                Port = _port,
                UserKey = run.Private,
                UserPublicKey = run.Public,
                HostKey = host.Private,
                Nodes = [new NodeSshPeer("127.0.0.1", "root", host.Public), new NodeSshPeer("127.0.0.1", "root", host.Public)],
            },
        };

    private static (string Private, string Public) Key()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(false).Q;
        byte[] body = [0, 0, 0, 19, .. "ecdsa-sha2-nistp256"u8, 0, 0, 0, 8, .. "nistp256"u8, 0, 0, 0, 65, 4, .. point.X!, .. point.Y!];
        return (key.ExportECPrivateKeyPem() + "\n", $"ecdsa-sha2-nistp256 {Convert.ToBase64String(body)}");
    }

    private bool IsListening()
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

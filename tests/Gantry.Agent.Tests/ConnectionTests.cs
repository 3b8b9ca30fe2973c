using System.Net.Sockets;
using System.Text;
using Gantry.Agent.Tests.Support;
using Gantry.Model.Link;

namespace Gantry.Agent.Tests;

public sealed class ConnectionTests
{
    [Fact]
    public async Task SameServerAgain_ReplacesItsOldConnection_AnotherDoesNot()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var other = await agent.ConnectAsync();
        await using var first = await agent.ConnectAsync();

        await using var second = await agent.ConnectAsync(first.Id);

        await first.UntilClosedAsync();
        Assert.Equal(0, (await second.UntilEndedAsync(await second.StartAsync("true"))).ExitStatus);
        Assert.False(other.IsClosed);
        Assert.Equal(0, (await other.UntilEndedAsync(await other.StartAsync("true"))).ExitStatus);
    }

    [Fact]
    public async Task Forget_EndedJob_RemovesItsSpool_LiveJobStays()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var ended = await server.StartAsync("true");
        var live = await server.StartAsync("exec sleep 60");
        await server.UntilEndedAsync(ended);
        await server.UntilRunningAsync(live);

        await server.ForgetAsync(ended);
        await server.ForgetAsync(live);

        await Eventually.True(() => !Directory.Exists(agent.JobDirectory(ended)), "the job's spool to go");
        await server.UntilEndedAsync(await server.StartAsync("true"));
        Assert.True(Directory.Exists(agent.JobDirectory(live)));
    }

    [Fact]
    public async Task UnknownJobWithoutOrder_IsToldLost()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var wanted = Guid.NewGuid();
        var stopped = Guid.NewGuid();

        await server.WantAgainAsync((wanted, 0));
        await server.StopAsync(stopped, 5);

        Assert.Equal((ObservedState.Lost, server.Id), ((await server.UntilEndedAsync(wanted)).State, server.Observed(wanted)!.ServerId));
        Assert.Equal(ObservedState.Lost, (await server.UntilEndedAsync(stopped)).State);
    }

    [Fact]
    public async Task DamagedFiles_AreThatJobsTrouble()
    {
        await using var agent = await TestAgent.StartAsync();
        var id = Guid.NewGuid();
        Guid exited, good;
        var unread = Guid.NewGuid();
        await using (var server = await agent.ConnectAsync(id))
        {
            exited = await server.StartAsync("echo out");
            good = await server.StartAsync("echo good");
            await server.UntilEndedAsync(exited);
            await server.UntilEndedAsync(good);
        }
        await agent.KillAsync();
        await Eventually.True(() => File.Exists(Path.Combine(agent.JobDirectory(exited), "exit.json")), "the record");
        File.WriteAllText(Path.Combine(agent.JobDirectory(exited), "exit.json"), "{\"exit_st");
        Directory.CreateDirectory(agent.JobDirectory(unread));
        File.WriteAllText(Path.Combine(agent.JobDirectory(unread), "order.json"), "{\"job_id\":");
        File.WriteAllText(Path.Combine(agent.Spool, "agent.json"), "");
        Directory.CreateDirectory(Path.Combine(agent.Spool, "jobs", "no-id"));
        await agent.RestartAsync();

        await using var again = await agent.ConnectAsync(id);
        await again.WantAgainAsync((exited, 0), (good, 0));

        Assert.Equal((ObservedState.Lost, "out\n"), ((await again.UntilEndedAsync(exited)).State, again.Text(exited)));
        Assert.Contains("damaged", again.Observed(exited)!.Error);
        Assert.Equal(ObservedState.Exited, (await again.UntilEndedAsync(good)).State);
        Assert.Equal(ObservedState.FailedToStart, again.Observed(unread)!.State);
        Assert.Contains("damaged", again.Observed(unread)!.Error);
        await again.ForgetAsync(unread);
        await Eventually.True(() => !Directory.Exists(agent.JobDirectory(unread)), "the damaged job to go");
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{\"type\":\"want_jobs\"}")]
    [InlineData("{\"type\":\"want_jobs\",\"jobs\":[{\"job_id\":\"x\"}]}")]
    public async Task MessageThatIsNone_EndsTheConnectionAndNothingElse(string text)
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var job = await server.StartAsync("exec sleep 60");
        await server.UntilRunningAsync(job);

        await server.SendTextAsync(Encoding.UTF8.GetBytes(text));

        await server.UntilClosedAsync();
        await using var again = await agent.ConnectAsync(server.Id);
        Assert.Equal(ObservedState.Running, again.First.Jobs.Single().State);
    }

    [Fact]
    public async Task MessageOfAnUnknownType_IsIgnored()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();

        await server.SendTextAsync("{\"type\":\"from_the_future\",\"a\":[1,2]}"u8.ToArray());
        await server.SendTextAsync("{\"type\":\"want_jobs\",\"jobs\":[],\"new_field\":{}}"u8.ToArray());

        Assert.Equal(0, (await server.UntilEndedAsync(await server.StartAsync("true"))).ExitStatus);
    }

    [Fact]
    public async Task Garbage_InPlaceOfAHello_IsRefused()
    {
        await using var agent = await TestAgent.StartAsync();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, 0);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(AgentAddress.SocketPath(agent.Spool)));

        await socket.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var buffer = new byte[256];
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) > 0)
                continue;
        }
        catch (SocketException)
        {
            // Reset: closed all the same.
        }
        await using var server = await agent.ConnectAsync();
        Assert.Equal(1, server.Hello.Protocol);
    }

    [Fact]
    public async Task Samples_TellWhatARunningJobUses()
    {
        await using var agent = await TestAgent.StartAsync(idleExit: 2);
        await using var server = await agent.ConnectAsync();

        // A second process of another session counts, too.
        var job = await server.StartAsync("setsid sh -c 'while :; do :; done' & exec sleep 60");

        await server.Until(() => server.Samples?.Samples.Any(s => s.JobId == job && s.CpuMicros >= 300_000 && s.MemoryBytes > 100_000) == true, "a sample");
    }
}

using Gantry.Agent.Tests.Support;
using Gantry.Model.Link;

namespace Gantry.Agent.Tests;

public sealed class PlainJobTests
{
    [Fact]
    public async Task Echo_RunsToItsEnd_LogAndExitStatusAreTold()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();

        var job = await server.StartAsync("echo out; echo err >&2");

        var ended = await server.UntilEndedAsync(job);
        Assert.Equal((ObservedState.Exited, 0, null), (ended.State, ended.ExitStatus, ended.Signal));
        Assert.Equal("out\nerr\n", server.Text(job));
        Assert.Equal(8, ended.LogBytes);
        Assert.True(ended.StartedAt <= ended.FinishedAt);
        Assert.All(server.History(job), h => Assert.True(h.State != ObservedState.Exited || h.LogReceived == 8));
    }

    [Fact]
    public async Task Hello_TellsTheHost()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();

        Assert.Equal(1, server.Hello.Protocol);
        Assert.Equal(Environment.ProcessorCount, server.Hello.Host.Cpus);
        Assert.True(server.Hello.Host.MemoryMib > 100 && server.Hello.Host.DiskMib > 100);
        Assert.Equal(64, server.Hello.Host.MaxJobs);
        Assert.Empty(server.First.Jobs);
    }

    [Theory]
    [InlineData("exit 7", 7, null)]
    [InlineData("exit 255", 255, null)]
    [InlineData("kill -TERM $$", 143, 15)]
    [InlineData("kill -KILL $$", 137, 9)]
    [InlineData("kill -9 0", 137, 9)]
    [InlineData("trap '' TERM; kill 0; exit 3", 3, null)]
    [InlineData("no-such-program-here", 127, null)]
    public async Task ExitStatus_IsTheJobsOwn(string script, int status, int? signal)
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();

        var ended = await server.UntilEndedAsync(await server.StartAsync(script));

        Assert.Equal((ObservedState.Exited, status, signal), (ended.State, ended.ExitStatus, ended.Signal));
    }
}

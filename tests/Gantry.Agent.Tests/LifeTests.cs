using Gantry.Agent.Tests.Support;
using Gantry.Model.Link;

namespace Gantry.Agent.Tests;

public sealed class LifeTests
{
    [Fact]
    public async Task Version_IsPrinted()
    {
        await using var run = await TestAgentProcess.RunAsync("--version");

        Assert.Equal((0, Build.Version + "\n"), (run.ExitCode, run.Output));
    }

    [Theory]
    [InlineData]
    [InlineData("walk")]
    [InlineData("run")]
    [InlineData("run", "--spool")]
    [InlineData("run", "--spool", "/tmp/x", "--idle-exit", "soon")]
    [InlineData("run", "--spool", "/tmp/x", "--port", "1")]
    public async Task WrongArguments_AreExplained(params string[] arguments)
    {
        await using var run = await TestAgentProcess.RunAsync(arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("usage: gantry-agent run --spool DIR", run.Error);
    }

    [Fact]
    public async Task Idle_WithoutServerAndJob_Ends()
    {
        await using var agent = await TestAgent.StartAsync(idleExit: 0.5);
        await using (var server = await agent.ConnectAsync())
        {
            // Longer than the idle time: neither a connection nor a job alone is idle.
            var job = await server.StartAsync("sleep 1");
            await server.UntilRunningAsync(job);
        }
        await Eventually.True(() => Directory.GetFiles(agent.Spool + "/jobs", "exit.json", SearchOption.AllDirectories).Length == 1 || agent.Process.HasExited, "the job's end");
        Assert.False(agent.Process.HasExited);

        await agent.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(0, agent.Process.ExitCode);
        Assert.False(File.Exists(AgentAddress.SocketPath(agent.Spool)));
    }

    [Fact]
    public async Task SpoolTakenAway_AgentEndsSoon()
    {
        await using var agent = await TestAgent.StartAsync();

        Directory.Delete(agent.Spool, true);

        await agent.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task LongSpoolPath_SocketIsInADirectoryOfOurOwn()
    {
        var top = TestAgent.NewSpool();
        var spool = top + "/" + string.Join('/', Enumerable.Repeat("a-rather-long-name-of-a-directory", 4));
        try
        {
            await using var agent = await TestAgent.StartAsync(spool);
            await using var server = await agent.ConnectAsync();

            var path = AgentAddress.SocketPath(spool);
            Assert.StartsWith("/tmp/gantry-", path);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
            Assert.Equal(0, (await server.UntilEndedAsync(await server.StartAsync("true"))).ExitStatus);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(AgentAddress.SocketPath(spool))!, true);
            Directory.Delete(top, true);
        }
    }

    [Fact]
    public async Task LongSpoolPath_SocketDirectoryIsALink_IsRefused()
    {
        var top = TestAgent.NewSpool();
        var spool = top + "/" + string.Join('/', Enumerable.Repeat("a-rather-long-name-of-a-directory", 4));
        var directory = Path.GetDirectoryName(AgentAddress.SocketPath(spool))!;
        File.CreateSymbolicLink(directory, "/tmp");
        try
        {
            Directory.CreateDirectory(top);
            await using var run = await TestAgentProcess.RunAsync("run", "--spool", spool);

            Assert.Equal(1, run.ExitCode);
            Assert.Contains(directory, run.Output);
        }
        finally
        {
            File.Delete(directory);
            Directory.Delete(top, true);
        }
    }

    [Fact]
    public async Task Spool_IsForItsOwnerOnly()
    {
        await using var agent = await TestAgent.StartAsync();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(agent.Spool));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(AgentAddress.SocketPath(agent.Spool)));
    }

    [Fact]
    public async Task JobInheritsNothingOfWhoeverStartedTheAgent()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();

        var job = await server.StartAsync("readlink /proc/$$/fd/0; for n in 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$n ] && readlink /proc/$$/fd/$n; done");
        await server.UntilEndedAsync(job);

        Assert.Equal("/dev/null\n", server.Text(job));
    }
}

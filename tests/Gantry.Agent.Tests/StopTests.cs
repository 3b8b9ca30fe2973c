using System.Diagnostics;
using Gantry.Agent.Tests.Support;
using Gantry.Model.Link;

namespace Gantry.Agent.Tests;

public sealed class StopTests
{
    [Fact]
    public async Task Stop_JobThatObeys_EndsBySigterm()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var job = await server.StartAsync("trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.05; done");
        await server.UntilLoggedAsync(job, "up");

        await server.StopAsync(job, 30);

        var ended = await server.UntilEndedAsync(job);
        Assert.Equal((ObservedState.Exited, 5), (ended.State, ended.ExitStatus));
        Assert.Contains("bye\n", server.Text(job));
    }

    [Fact]
    public async Task Stop_WholeTree_NothingIsLeft()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var job = await server.StartAsync("(sleep 300 & sleep 301 & wait) & setsid sleep 302 & (setsid sh -c 'trap \"\" TERM; sleep 303; sleep 304' &) ; echo up; wait");
        await server.UntilLoggedAsync(job, "up");

        await server.StopAsync(job, 0.3);

        await server.UntilEndedAsync(job);
        await Eventually.True(() => Leftovers.Of(job.ToString()).Count == 0, "the end of all that the job left");
    }

    [Fact]
    public async Task Stop_JobThatIgnoresSigterm_IsKilledAfterTheGrace()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var job = await server.StartAsync("trap '' TERM; echo up; while :; do sleep 0.05; done");
        await server.UntilLoggedAsync(job, "up");
        var asked = Stopwatch.GetTimestamp();

        await server.StopAsync(job, 0.5);

        var ended = await server.UntilEndedAsync(job);
        Assert.Equal((ObservedState.Exited, 137, 9), (ended.State, ended.ExitStatus, ended.Signal));
        Assert.True(Stopwatch.GetElapsedTime(asked) >= TimeSpan.FromSeconds(0.5));
    }

    [Fact]
    public async Task Stop_WithNoGrace_KillsAtOnce()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var job = await server.StartAsync("trap 'echo caught' TERM; echo up; while :; do sleep 0.05; done");
        await server.UntilLoggedAsync(job, "up");

        await server.StopAsync(job, 0);

        Assert.Equal(137, (await server.UntilEndedAsync(job)).ExitStatus);
        Assert.DoesNotContain("caught", server.Text(job));
    }

    [Fact]
    public async Task Stop_WithoutDeadline_NeverKillsUntilALaterStopDoes()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var job = await server.StartAsync("trap 'echo caught' TERM; echo up; while :; do sleep 0.05; done");
        await server.UntilLoggedAsync(job, "up");

        await server.StopAsync(job, null);
        await server.UntilLoggedAsync(job, "caught");
        await server.StopAsync(job, null);
        Assert.Equal(ObservedState.Running, server.Observed(job)!.State);
        await server.StopAsync(job, 0.1);

        Assert.Equal(137, (await server.UntilEndedAsync(job)).ExitStatus);
        // SIGTERM came once, however often the stop was sent.
        Assert.Single(server.Text(job).Split('\n'), "caught");
    }

    [Fact]
    public async Task Stop_RightBehindTheStart_EndsTheJob()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var order = server.Order("sleep 300");

        await server.WantAsync(order);
        await server.StopAsync(order.JobId, 5);

        var ended = await server.UntilEndedAsync(order.JobId);
        Assert.True(ended.State is ObservedState.Exited or ObservedState.FailedToStart);
        await Eventually.True(() => Leftovers.Of(order.JobId.ToString()).Count == 0, "the end of all that the job left");
    }

    [Fact]
    public async Task Stop_AcceptedButNotStarted_PreventsTheStart()
    {
        // What an agent leaves that dies between taking a job in and claiming it.
        await using var agent = await TestAgent.StartAsync();
        var id = Guid.NewGuid();
        await using (var server = await agent.ConnectAsync(id))
        {
            var order = server.Order("touch $TMPDIR/ran");
            await agent.KillAsync();
            Directory.CreateDirectory(agent.JobDirectory(order.JobId));
            await File.WriteAllBytesAsync(
                Path.Combine(agent.JobDirectory(order.JobId), "order.json"), System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(order, LinkJson.Default.JobOrder));
        }
        await agent.RestartAsync();
        await using var again = await agent.ConnectAsync(id);
        var job = again.First.Jobs.Single();
        Assert.Equal(ObservedState.Accepted, job.State);

        await again.StopAsync(job.JobId, 10);
        var ended = await again.UntilEndedAsync(job.JobId);
        await again.WantAgainAsync((job.JobId, 0));

        Assert.Equal((ObservedState.FailedToStart, "The job was stopped before it started."), (ended.State, ended.Error));
        Assert.False(File.Exists(Path.Combine(agent.JobDirectory(job.JobId), "claim")));
    }

    [Fact]
    public async Task Stop_OfAnotherServer_IsIgnored()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var owner = await agent.ConnectAsync();
        await using var other = await agent.ConnectAsync();
        var job = await owner.StartAsync("trap 'echo caught' TERM; echo up; while [ ! -e go ]; do sleep 0.02; done");
        await owner.UntilLoggedAsync(job, "up");

        await other.StopAsync(job, 0);
        await other.SendAsync(new StopJob { JobId = job, ServerId = owner.Id, GraceSeconds = 0 });
        await other.ForgetAsync(job);
        // The other's next job ends only after its words about this one were heard.
        await other.UntilEndedAsync(await other.StartAsync("true"));
        File.WriteAllText(Path.Combine(agent.JobDirectory(job), "work", "go"), "");

        Assert.Equal((0, "up\n"), ((await owner.UntilEndedAsync(job)).ExitStatus, owner.Text(job)));
        await other.Until(() => other.Observed(job)?.State == ObservedState.Exited, "the news of another's job");
        Assert.Equal("", other.Text(job));
    }

    [Fact]
    public async Task Stop_AgentKilledDuringTheGrace_NextAgentKeepsTheDeadline()
    {
        await using var agent = await TestAgent.StartAsync();
        var id = Guid.NewGuid();
        Guid job;
        await using (var server = await agent.ConnectAsync(id))
        {
            job = await server.StartAsync("trap 'echo caught' TERM; echo up; while :; do sleep 0.05; done");
            await server.UntilLoggedAsync(job, "up");
            await server.StopAsync(job, 1.5);
            await server.UntilLoggedAsync(job, "caught");
            await agent.KillAsync();
        }
        await agent.RestartAsync();

        // Nobody says stop again: what was said holds.
        await using var again = await agent.ConnectAsync(id);
        await again.WantAgainAsync((job, 0));

        Assert.Equal(137, (await again.UntilEndedAsync(job)).ExitStatus);
        Assert.Contains("caught", again.Text(job));
    }

    [Fact]
    public async Task JobThatForksAndExits_EndsWithItsMainProcess_AndNothingIsLeft()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();

        var job = await server.StartAsync("sleep 300 & setsid sleep 301 & (setsid sh -c 'exec sleep 302' > /dev/null 2>&1 &); echo main; exit 4");

        var ended = await server.UntilEndedAsync(job);
        Assert.Equal((ObservedState.Exited, 4), (ended.State, ended.ExitStatus));
        Assert.Equal("main\n", server.Text(job));
        await Eventually.True(() => Leftovers.Of(job.ToString()).Count == 0, "the end of all that the job left");
    }

    [Fact]
    public async Task DaemonThatShedsEverything_HoldsTheJobsEndBackOnlyBriefly()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();

        // A session of its own and an empty environment: nobody can tell whose it is, but it holds the job's output open.
        var job = await server.StartAsync("env -i setsid sh -c 'touch up; exec sleep 20' & while [ ! -e up ]; do sleep 0.02; done; echo main; exit 4");

        var ended = await server.UntilEndedAsync(job, TimeSpan.FromSeconds(10));
        Assert.Equal((ObservedState.Exited, 4, "main\n"), (ended.State, ended.ExitStatus, server.Text(job)));
        Assert.Contains("incomplete", ended.Error);
    }
}

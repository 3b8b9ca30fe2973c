using Gantry.Agent.Tests.Support;
using Gantry.Model.Link;

namespace Gantry.Agent.Tests;

public sealed class SurvivalTests
{
    [Fact]
    public async Task AgentKilled_JobGoesOn_NextAgentHasItsWholeLogAndExitStatus()
    {
        await using var agent = await TestAgent.StartAsync();
        var id = Guid.NewGuid();
        Guid job;
        int? pid;
        await using (var first = await agent.ConnectAsync(id))
        {
            job = await first.StartAsync("echo one; while [ ! -e go ]; do sleep 0.02; done; echo two; exit 9");
            await first.UntilLoggedAsync(job, "one");
            pid = (await first.UntilRunningAsync(job)).Pid;
            await agent.KillAsync();
        }
        await agent.RestartAsync();

        await using var second = await agent.ConnectAsync(id);
        var found = second.First.Jobs.Single();
        Assert.Equal((job, ObservedState.Running, pid), (found.JobId, found.State, found.Pid));
        await second.WantAgainAsync((job, 0));
        File.WriteAllText(Path.Combine(agent.JobDirectory(job), "work", "go"), "");

        var ended = await second.UntilEndedAsync(job);
        Assert.Equal((ObservedState.Exited, 9, "one\ntwo\n"), (ended.State, ended.ExitStatus, second.Text(job)));
        Assert.Equal(found.StartedAt, ended.StartedAt);
    }

    [Fact]
    public async Task AgentTerminated_EndsAtOnce_JobEndsWithoutIt()
    {
        await using var agent = await TestAgent.StartAsync();
        var id = Guid.NewGuid();
        Guid job;
        await using (var first = await agent.ConnectAsync(id))
        {
            job = await first.StartAsync("echo one; while [ ! -e go ]; do sleep 0.02; done; setsid sleep 300 > /dev/null 2>&1 & echo two; exit 9");
            await first.UntilLoggedAsync(job, "one");
            Assert.Equal(0, Native.Libc.kill(agent.Pid, Native.Libc.SIGTERM));
            await agent.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(5));
            Assert.Equal(0, agent.Process.ExitCode);
        }
        File.WriteAllText(Path.Combine(agent.JobDirectory(job), "work", "go"), "");
        await Eventually.True(() => File.Exists(Path.Combine(agent.JobDirectory(job), "exit.json")), "the job's end");
        await agent.RestartAsync();

        await using var second = await agent.ConnectAsync(id);
        await second.WantAgainAsync((job, 0));
        var ended = await second.UntilEndedAsync(job);

        Assert.Equal((ObservedState.Exited, 9, "one\ntwo\n"), (ended.State, ended.ExitStatus, second.Text(job)));
        await Eventually.True(() => Leftovers.Of(job.ToString()).Count == 0, "the end of all that the job left");
    }

    [Fact]
    public async Task WrapperKilled_JobIsLost_AndNothingOfItRunsOn()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var job = await server.StartAsync("echo up; sleep 300 & setsid sleep 301 & wait");
        await server.UntilLoggedAsync(job, "up");

        KillWrapper(agent, job);

        var ended = await server.UntilEndedAsync(job);
        Assert.Equal((ObservedState.Lost, null), (ended.State, ended.ExitStatus));
        Assert.NotNull(ended.Error);
        Assert.Equal("up\n", server.Text(job));
        await Eventually.True(() => Leftovers.Of(job.ToString()).Count == 0, "the end of all that the job left");
    }

    [Fact]
    public async Task WrapperAndAgentKilled_NextAgentReportsLost()
    {
        await using var agent = await TestAgent.StartAsync();
        var id = Guid.NewGuid();
        Guid job;
        await using (var first = await agent.ConnectAsync(id))
        {
            job = await first.StartAsync("echo up; exec sleep 300");
            await first.UntilLoggedAsync(job, "up");
            await agent.KillAsync();
            KillWrapper(agent, job);
        }
        await agent.RestartAsync();

        await using var second = await agent.ConnectAsync(id);
        await second.WantAgainAsync((job, 0));

        Assert.Equal((ObservedState.Lost, "up\n"), ((await second.UntilEndedAsync(job)).State, second.Text(job)));
        await Eventually.True(() => Leftovers.Of(job.ToString()).Count == 0, "the end of all that the job left");
    }

    [Fact]
    public async Task ClaimWithoutAnything_IsLost_AndNeverStarted()
    {
        await using var agent = await TestAgent.StartAsync();
        var id = Guid.NewGuid();
        JobOrder order;
        await using (var first = await agent.ConnectAsync(id))
            order = first.Order("echo ran");
        await agent.KillAsync();
        Directory.CreateDirectory(agent.JobDirectory(order.JobId));
        await File.WriteAllBytesAsync(
            Path.Combine(agent.JobDirectory(order.JobId), "order.json"), System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(order, LinkJson.Default.JobOrder));
        await File.WriteAllTextAsync(Path.Combine(agent.JobDirectory(order.JobId), "claim"), "");
        await agent.RestartAsync();

        await using var second = await agent.ConnectAsync(id);
        await second.WantAsync(order);

        Assert.Equal((ObservedState.Lost, ""), ((await second.UntilEndedAsync(order.JobId)).State, second.Text(order.JobId)));
    }

    [Fact]
    public async Task AgentKilledBeforeTheClaim_JobStartsLater_WithItsLog()
    {
        await using var agent = await TestAgent.StartAsync();
        var id = Guid.NewGuid();
        Guid job;
        await using (var first = await agent.ConnectAsync(id))
        {
            // All that a start makes, up to the claim.
            job = await first.StartAsync("echo ran");
            await first.UntilEndedAsync(job);
        }
        await agent.KillAsync();
        foreach (var file in (string[])["claim", "begun", "exit.json", "exit.new", "main"])
            File.Delete(Path.Combine(agent.JobDirectory(job), file));
        File.WriteAllText(Path.Combine(agent.JobDirectory(job), "output.log"), "");
        await agent.RestartAsync();

        await using var second = await agent.ConnectAsync(id);
        Assert.Equal(ObservedState.Accepted, second.First.Jobs.Single().State);
        await second.WantAgainAsync((job, 0));
        await second.UntilEndedAsync(job);

        Assert.Equal("ran\n", second.Text(job));
    }

    [Fact]
    public async Task Want_ManyTimes_StartsOnce()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var order = server.Order("echo ran; while [ ! -e go ]; do sleep 0.02; done");

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => server.WantAsync(order, order)));
        await server.UntilLoggedAsync(order.JobId, "ran");
        File.WriteAllText(Path.Combine(agent.JobDirectory(order.JobId), "work", "go"), "");
        await server.UntilEndedAsync(order.JobId);
        await using var again = await agent.ConnectAsync(server.Id);
        await again.WantAsync(order);
        await again.UntilEndedAsync(await again.StartAsync("true"));

        Assert.StartsWith("ran\n", server.Text(order.JobId));
        Assert.Single(File.ReadAllLines(Path.Combine(agent.JobDirectory(order.JobId), "output.log")));
    }

    [Fact]
    public async Task SecondAgentOnTheSpool_LeavesTheFirstAlone()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var second = await TestAgentProcess.RunAsync("run", "--spool", agent.Spool);

        Assert.Equal(3, second.ExitCode);
        await using var server = await agent.ConnectAsync();
        Assert.Equal(0, (await server.UntilEndedAsync(await server.StartAsync("true"))).ExitStatus);
        Assert.StartsWith($"{agent.Pid} ", ReadWithoutLock(Path.Combine(agent.Spool, "agent.lock")));
    }

    [Fact]
    public async Task NobodyWantsIt_JobRunsOnAndIsReported()
    {
        await using var agent = await TestAgent.StartAsync();
        Guid job;
        await using (var owner = await agent.ConnectAsync())
        {
            job = await owner.StartAsync("echo up; while [ ! -e go ]; do sleep 0.02; done");
            await owner.UntilLoggedAsync(job, "up");
            await owner.UntilRunningAsync(job);
        }
        await using var other = await agent.ConnectAsync();
        await other.WantAsync();

        Assert.Equal((job, ObservedState.Running, "run"), (other.First.Jobs.Single().JobId, other.First.Jobs.Single().State, other.First.Jobs.Single().RunName));
        File.WriteAllText(Path.Combine(agent.JobDirectory(job), "work", "go"), "");
        Assert.Equal(0, (await other.UntilEndedAsync(job)).ExitStatus);
        Assert.Equal(0, other.Log(job).Length);
    }

    // .NET locks what it opens, and the lock is taken.
    private static string ReadWithoutLock(string path)
    {
        using var cat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("cat", [path]) { RedirectStandardOutput = true })!;
        return cat.StandardOutput.ReadToEnd();
    }

    private static void KillWrapper(TestAgent agent, Guid job)
    {
        var begun = File.ReadAllLines(Path.Combine(agent.JobDirectory(job), "begun"));
        Assert.Equal(0, Native.Libc.kill(int.Parse(begun[1].Split(' ')[0]), Native.Libc.SIGKILL));
    }
}

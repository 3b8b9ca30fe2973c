using System.Diagnostics;
using Gantry.Agent.Executors.Process;
using Gantry.Agent.Leases;
using Gantry.Agent.Native;
using Gantry.Agent.Tests.Support;
using Gantry.Model.Link;

namespace Gantry.Agent.Tests;

/// <summary>A leased job lives as long as its server's lease, and no longer, whoever dies.</summary>
public sealed class LeaseTests
{
    private static readonly LeaseTerms Terms = new(LeaseTerms.Shortest);
    private const string Sleep = "echo up; exec sleep 1000";
    private const string Stubborn = "trap '' TERM; echo up; while :; do sleep 0.2; done";

    [Fact]
    public async Task ServerGone_LeasedJobEndsWithItsLease_OneWithoutGoesOn()
    {
        await using var agent = await TestAgent.StartAsync();
        var id = Guid.NewGuid();
        Guid leased, free;
        await using (var server = await agent.ConnectAsync(id, lease: Terms.Length))
        {
            leased = await server.StartAsync(Stubborn, leased: true);
            free = await server.StartAsync(Sleep);
            await server.UntilLoggedAsync(leased, "up");
            await server.UntilLoggedAsync(free, "up");
            // Renewed, it outlives the first lease.
            await server.Until(() => server.Askings[^1] - server.Askings[0] > Terms.OverAfter.TotalMilliseconds, "a lease's time to go by");
            Assert.Equal(ObservedState.Running, server.Observed(leased)!.State);
        }
        var cut = BootClock.Now;
        await Eventually.True(() => Alive(leased) == 0, "the leased job's end");

        Assert.InRange(BootClock.Now - cut, Terms.Length - (2 * Terms.AskEvery), Terms.OverAfter);
        Assert.NotEqual(0, Alive(free));
        await using var again = await agent.ConnectAsync(id, lease: Terms.Length);
        await again.WantAgainAsync((leased, 0), (free, 0));
        var ended = await again.UntilEndedAsync(leased);
        Assert.Equal(ObservedState.LeaseEnded, ended.State);
        Assert.StartsWith("up\n", again.Text(leased), StringComparison.Ordinal);
        Assert.Contains("was not renewed in time", ended.Error, StringComparison.Ordinal);
        Assert.Equal(ObservedState.Running, again.Observed(free)!.State);
    }

    [Fact]
    public async Task AgentKilledForGood_GuardEndsTheJob_AndThenItself()
    {
        await using var agent = await TestAgent.StartAsync();
        Guid job;
        await using (var server = await agent.ConnectAsync(lease: Terms.Length))
        {
            job = await server.StartAsync(Stubborn, leased: true);
            await server.UntilLoggedAsync(job, "up");
        }
        await agent.KillAsync();
        var killed = BootClock.Now;

        await Eventually.True(() => Alive(job) == 0, "the job's end");
        Assert.InRange(BootClock.Now - killed, Terms.StopAfter - (2 * Terms.AskEvery), Terms.OverAfter);
        await Eventually.True(() => agent.Guard is null, "the guard's end");

        await agent.RestartAsync();
        await using var later = await agent.ConnectAsync();
        Assert.Equal(job, Assert.Single(later.First.Jobs).JobId);
        Assert.Equal(ObservedState.LeaseEnded, StateOf(agent, job));
    }

    [Fact]
    public async Task GuardKilled_IsStartedAgain_AndEndsWithTheLastLeasedJobsAgent()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync(lease: Terms.Length);
        var job = await server.StartAsync(Sleep, leased: true);
        await server.UntilLoggedAsync(job, "up");
        await Eventually.True(() => agent.Guard is not null, "a guard");
        var first = agent.Guard!.Value;
        await Eventually.True(() => File.Exists(Path.Combine(agent.Spool, "guard.pid")), "the guard to guard");

        Process.GetProcessById(first).Kill();

        await Eventually.True(() => agent.Guard is { } other && other != first, "another guard");
        await Eventually.True(() => Spool.SpoolFiles.Text(Path.Combine(agent.Spool, "guard.pid")) == $"{agent.Guard}\n", "the guard to guard");
        Assert.Equal(ObservedState.Running, server.Observed(job)!.State);
    }

    [Fact]
    public async Task AgentRestarted_LeaseGoesOnWhereItWas()
    {
        await using var agent = await TestAgent.StartAsync();
        var id = Guid.NewGuid();
        Guid job;
        long asked;
        await using (var server = await agent.ConnectAsync(id, lease: Terms.Length))
        {
            job = await server.StartAsync("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done", leased: true);
            await server.UntilLoggedAsync(job, "up");
            server.Lease = TimeSpan.Zero;
            asked = server.Askings[^1];
        }
        await agent.KillAsync();
        await agent.RestartAsync();

        await using var silent = await agent.ConnectAsync(id, lease: TimeSpan.Zero);
        await silent.WantAgainAsync((job, 0));
        var ended = await silent.UntilEndedAsync(job);

        // It ended well when it was asked to; but whether it was done is not for its agent to say.
        Assert.Equal(ObservedState.LeaseEnded, ended.State);
        Assert.EndsWith("bye\n", silent.Text(job), StringComparison.Ordinal);
        Assert.InRange(BootClock.Now.TotalMilliseconds - asked, (Terms.StopAfter - Terms.AskEvery).TotalMilliseconds, Terms.OverAfter.TotalMilliseconds);
    }

    [Fact]
    public async Task Answer_ToAnOldAskingOrAfterTheEnd_ExtendsNothing()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync(lease: TimeSpan.Zero);
        var asked = server.Askings[0];
        await server.GrantAsync(asked, Terms.Length);
        var job = await server.StartAsync(Stubborn, leased: true);
        await server.UntilLoggedAsync(job, "up");

        await server.Until(() => server.Askings[^1] > asked + Terms.StopAfter.TotalMilliseconds - 1000, "most of the lease to go by");
        await server.GrantAsync(asked, Terms.Length);
        // Between SIGTERM and SIGKILL it is too late for the job, and time for a new lease.
        await server.Until(() => server.Askings[^1] > asked + Terms.StopAfter.TotalMilliseconds, "the lease's end");
        await server.GrantAsync(long.MaxValue / 2, Terms.Length);

        var ended = await server.UntilEndedAsync(job);
        Assert.Equal(ObservedState.LeaseEnded, ended.State);
        Assert.InRange(BootClock.Now.TotalMilliseconds - asked, Terms.StopAfter.TotalMilliseconds, Terms.OverAfter.TotalMilliseconds);
        var next = await server.StartAsync("echo next", leased: true);
        Assert.Equal(ObservedState.Exited, (await server.UntilEndedAsync(next)).State);
    }

    [Fact]
    public async Task Order_WithoutALease_IsNotStarted()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync(lease: TimeSpan.Zero);
        var job = await server.StartAsync($"touch {agent.Spool}/started", leased: true);

        var ended = await server.UntilEndedAsync(job);

        Assert.Equal(ObservedState.LeaseEnded, ended.State);
        Assert.False(File.Exists(Path.Combine(agent.Spool, "started")));
    }

    [Fact]
    public async Task ServerOfBefore_IsAskedForNothing_AndToldThatTheJobIsLost()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var job = await server.StartAsync("true", leased: true);

        Assert.Equal(ObservedState.Lost, (await server.UntilEndedAsync(job)).State);
        Assert.Empty(server.Askings);
    }

    [Fact]
    public void Record_ReadBackWhole_AndNotHalfOrOfAnotherBoot()
    {
        var path = Path.GetTempFileName();
        try
        {
            var lease = new LeaseRecord(TimeSpan.FromMilliseconds(123456), TimeSpan.FromMilliseconds(234567));
            lease.Write(path);
            Assert.Equal(lease, LeaseRecord.Read(path));
            new LeaseRecord(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2)).Write(path);
            Assert.Equal(TimeSpan.FromMilliseconds(2), LeaseRecord.Read(path)!.KillAt);

            var text = File.ReadAllText(path);
            File.WriteAllText(path, text.Replace(" 0000000000000001", " 0000000000000009", StringComparison.Ordinal));
            Assert.Null(LeaseRecord.Read(path));
            File.WriteAllText(path, text.Replace(ProcessIdentity.CurrentBoot, Guid.NewGuid().ToString(), StringComparison.Ordinal));
            Assert.Null(LeaseRecord.Read(path));
            File.WriteAllText(path, "");
            Assert.Null(LeaseRecord.Read(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(9, null, "GoOn")]
    [InlineData(10, null, "Stop")]
    [InlineData(20, null, "Kill")]
    [InlineData(9, 12, "Stop")]
    [InlineData(12, 12, "Kill")]
    [InlineData(9, 0, "Kill")]
    public void Verdict_FollowsTheLease_AndTheJobsOwnEndBeforeIt(int now, int? over, string expected) => Assert.Equal(
        expected,
        LeaseRecord.Judge(new LeaseRecord(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20)), over is { } at ? TimeSpan.FromSeconds(at) : null, TimeSpan.FromSeconds(now)).ToString());

    [Fact]
    public void Verdict_WithoutALease_IsToKill() => Assert.Equal(LeaseVerdict.Kill, LeaseRecord.Judge(null, null, TimeSpan.FromSeconds(1)));

    private static int Alive(Guid job) => Leftovers.Of($"GANTRY_JOB_ID={job}").Count;

    private static ObservedState StateOf(TestAgent agent, Guid job) =>
        File.Exists(Path.Combine(agent.JobDirectory(job), "lease-over")) && agent.ReadLog().Contains($"job {job} ended: LeaseEnded", StringComparison.Ordinal) ? ObservedState.LeaseEnded : ObservedState.Running;
}

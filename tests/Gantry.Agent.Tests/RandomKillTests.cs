using Gantry.Agent.Tests.Support;
using Gantry.Model.Link;

namespace Gantry.Agent.Tests;

public sealed class RandomKillTests
{
    /// <summary>
    /// The agent is killed at moments around a job's start. Whatever the moment: the job's effect is there once or not at all, and what is told of it fits.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task AgentKilledAroundTheStart_EachJobRanOnceOrIsToldNotToHave(int seed)
    {
        const int rounds = 12, jobsPerRound = 3;
        var random = new Random(seed);
        await using var agent = await TestAgent.StartAsync();
        var id = Guid.NewGuid();
        var effects = agent.Spool + "/effects";
        var orders = new List<JobOrder>();
        for (var round = 0; round < rounds; round++)
        {
            await using (var server = await agent.ConnectAsync(id))
            {
                var fresh = Enumerable.Range(0, jobsPerRound).Select(_ => Guid.NewGuid())
                    .Select(job => server.Order($"echo {job} >> {effects}; echo ran", job)).ToArray();
                orders.AddRange(fresh);
                await server.WantAsync(fresh);
                // From before the first claim to behind the last exit record.
                await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * 25));
                await agent.KillAsync();
            }
            await agent.RestartAsync();
        }

        await using var last = await agent.ConnectAsync(id);
        // A server sends the order again as long as it has not seen the job in the agent's spool.
        var known = last.First.Jobs.Select(j => j.JobId).ToHashSet();
        await last.SendAsync(new WantJobs { Jobs = [.. orders.Select(o => new WantedJob { JobId = o.JobId, Order = known.Contains(o.JobId) ? null : o })] });
        foreach (var order in orders)
            await last.UntilEndedAsync(order.JobId);

        var ran = File.ReadAllLines(effects);
        Assert.Equal(ran.Length, ran.Distinct().Count());
        foreach (var order in orders)
        {
            var told = last.Observed(order.JobId)!;
            var hasRun = ran.Contains(order.JobId.ToString());
            Assert.True(
                (told.State, told.ExitStatus, hasRun, last.Text(order.JobId)) is (ObservedState.Exited, 0, true, "ran\n") or (ObservedState.Lost, null, false, ""),
                $"{told} ran: {hasRun}, log: '{last.Text(order.JobId)}'");
        }
        Assert.Contains(orders, o => last.Observed(o.JobId)!.State == ObservedState.Exited);
    }
}

namespace Gantry.EndToEnd;

/// <summary>The agent is killed (-9) while tasks run.</summary>
public sealed class AgentKilledTests : EndToEndTest
{
    [Fact]
    public async Task Killed_TasksRun_NewAgentFindsThem()
    {
        Gate[] gates = [new(Home, "one"), new(Home, "two")];
        await Home.Submit("one", gates[0].Commands());
        await Home.Submit("two", gates[1].Commands(exitCode: 4));
        int[] pids = [await gates[0].UntilReached(), await gates[1].UntilReached()];
        var agent = Home.AgentPid;

        await Home.KillAgent();
        await Deadline.Until("a new agent", () => Home.AgentPid is { } pid && pid != agent);

        Assert.All(pids, pid => Assert.True(Processes.IsAlive(pid)));
        gates[0].Open();
        gates[1].Open();
        await Home.Api.UntilRun("one", "done");
        var two = await Home.Api.UntilRun("two", "failed");
        Assert.Equal(4, (int?)ServerApi.Submission(two)!["exit_status"]);
        Assert.Equal(gates[0].ExpectedLog, (await Home.GantryOk("logs", "one")).Output);
        Assert.Equal(gates[1].ExpectedLog, (await Home.GantryOk("logs", "two")).Output);
    }

    [Fact]
    public async Task KilledWithTheServer_TaskEndsMeanwhile_ItsEndIsKnownAfterTheNextStart()
    {
        var gate = new Gate(Home, "alone");
        await Home.Submit("alone", gate.Commands(exitCode: 6));
        await gate.UntilReached();

        await Home.KillServer();
        await Home.KillAgent();
        gate.Open();
        await gate.UntilEnded();
        await Home.StartServer();

        var run = await Home.Api.UntilRun("alone", "failed");
        Assert.Equal(6, (int?)ServerApi.Submission(run)!["exit_status"]);
        Assert.Equal(gate.ExpectedLog, (await Home.GantryOk("logs", "alone")).Output);
    }

    [Fact]
    public async Task Killed_StopWasAskedFor_NewAgentEndsTheJob()
    {
        await Home.Submit("stubborn", ["trap '' TERM", "echo ready", "while :; do sleep 0.02; done"], "stop_duration: 2s");
        await Deadline.Until("the job ready", async () => (await Home.GantryOk("logs", "stubborn")).Output == "ready\n");
        await Home.GantryOk("stop", "stubborn", "-y");

        await Home.KillAgent();

        await Home.Api.UntilRun("stubborn", "terminated");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task JobAndItsWrapperKilled_NoExitRecord_IsReportedAsLost(bool agentLives)
    {
        var gate = new Gate(Home, "lost");
        await Home.Submit("lost", gate.Commands());
        await gate.UntilReached();
        var run = await Home.Api.UntilRun("lost", "running");
        var jobId = (string)ServerApi.Submission(run)!["id"]!;
        if (!agentLives)
        {
            await Home.KillServer();
            await Home.KillAgent();
        }

        // All at once, as a loss of power would: nobody is left to write down what happened.
        var processes = Processes.Mentioning(jobId).Where(pid => pid != Home.ServerPid && pid != Home.AgentPid).ToList();
        Assert.True(processes.Count >= 2, "The job's wrapper and its shell carry its id.");
        foreach (var pid in processes)
            Processes.Signal(pid, Processes.Stop);
        foreach (var pid in processes)
            Processes.Signal(pid, Processes.Kill);
        await Home.StartServer();

        run = await Home.Api.UntilRun("lost", "failed");
        var submission = ServerApi.Submission(run)!;
        Assert.Equal("process_lost", (string?)submission["termination_reason"]);
        Assert.Null(submission["exit_status"]);
        Assert.Single(run["jobs"]![0]!["job_submissions"]!.AsArray());
    }
}

namespace Gantry.EndToEnd;

/// <summary>The server is killed (-9) while tasks run.</summary>
public sealed class ServerKilledTests : EndToEndTest
{
    [Fact]
    public async Task Killed_TaskRuns_GoesOnAndIsWholeAfterTheNextStart()
    {
        var gate = new Gate(Home, "lives");
        await Home.Submit("lives", gate.Commands(exitCode: 7));
        var pid = await gate.UntilReached();
        var server = Home.ServerPid;

        await Home.KillServer();
        Assert.True(Processes.IsAlive(pid));
        var ps = await Home.GantryOk("ps");

        Assert.Contains("lives", ps.Output, StringComparison.Ordinal);
        Assert.NotEqual(server, Home.ServerPid);
        Assert.True(Processes.IsAlive(pid));
        gate.Open();
        var run = await Home.Api.UntilFinished("lives");
        Assert.Equal(7, (int?)ServerApi.Submission(run)!["exit_status"]);
        Assert.Equal(gate.ExpectedLog, (await Home.GantryOk("logs", "lives")).Output);
        Assert.Single(run["jobs"]![0]!["job_submissions"]!.AsArray());
    }

    [Fact]
    public async Task Killed_TaskEndsMeanwhile_EndAndLogAreThere()
    {
        var gate = new Gate(Home, "ends");
        await Home.Submit("ends", gate.Commands(exitCode: 7));
        await gate.UntilReached();

        await Home.KillServer();
        gate.Open();
        await gate.UntilEnded();
        await Home.StartServer();

        var run = await Home.Api.UntilFinished("ends");
        Assert.Equal(("failed", 7), ((string?)run["status"], (int?)ServerApi.Submission(run)!["exit_status"]));
        Assert.Equal(gate.ExpectedLog, (await Home.GantryOk("logs", "ends")).Output);
    }

    [Fact]
    public async Task Killed_DuringAttachedApply_ApplyGoesOnWithoutLossOrRepeat()
    {
        var gate = new Gate(Home, "attached");
        using var apply = Home.Apply("attached", gate.Commands(exitCode: 7));
        await apply.UntilOutput("attached before 100\n");
        await gate.UntilReached();

        await Home.KillServer();
        gate.Open();
        var result = await apply.Result();

        Assert.Equal(gate.ExpectedLog, result.Output);
        Assert.Equal(7, result.ExitCode);
    }

    [Fact]
    public async Task Killed_DuringLogsFollow_FollowGoesOnWithoutLossOrRepeat()
    {
        var gate = new Gate(Home, "follow");
        await Home.Submit("follow", gate.Commands());
        await gate.UntilReached();
        using var follow = Home.Start("logs", "-f", "follow");
        await follow.UntilOutput("follow before 100\n");

        await Home.KillServer();
        await Home.StartServer();
        gate.Open();

        Assert.Equal(gate.ExpectedLog, (await follow.Result()).Output);
    }

    [Fact]
    public async Task Terminated_TaskRuns_GoesOnAsWhenKilled()
    {
        var gate = new Gate(Home, "orderly");
        await Home.Submit("orderly", gate.Commands());
        var pid = await gate.UntilReached();

        await Home.StopServer();
        Assert.True(Processes.IsAlive(pid));
        await Home.StartServer();
        gate.Open();

        await Home.Api.UntilRun("orderly", "done");
        Assert.Equal(gate.ExpectedLog, (await Home.GantryOk("logs", "orderly")).Output);
    }
}

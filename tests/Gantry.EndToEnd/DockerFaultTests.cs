namespace Gantry.EndToEnd;

/// <summary>Agent, server and Docker itself killed, and containers taken away, while they run.</summary>
public sealed class DockerFaultTests(DockerDaemon docker) : DockerTest(docker)
{
    [Fact]
    public async Task AgentKilled_ContainersRun_NewAgentFindsThem()
    {
        Gate[] gates = [new(Home, "one"), new(Home, "two")];
        await Home.Submit("one", gates[0].Commands(), Image());
        await Home.Submit("two", gates[1].Commands(exitCode: 4), Image());
        await gates[0].UntilReached();
        await gates[1].UntilReached();
        string[] containers = [.. Docker.Containers("one"), .. Docker.Containers("two")];
        var agent = Home.AgentPid;

        await Home.KillAgent();
        await Deadline.Until("a new agent", () => Home.AgentPid is { } pid && pid != agent);

        Assert.Equal(containers, Docker.Containers("one").Concat(Docker.Containers("two")));
        gates[0].Open();
        gates[1].Open();
        await Home.Api.UntilRun("one", "done");
        var two = await Home.Api.UntilRun("two", "failed");
        Assert.Equal(4, (int?)ServerApi.Submission(two)!["exit_status"]);
        Assert.Equal(gates[0].ExpectedLog, (await Home.GantryOk("logs", "one")).Output);
        Assert.Equal(gates[1].ExpectedLog, (await Home.GantryOk("logs", "two")).Output);
        await UntilRemoved("one");
        await UntilRemoved("two");
    }

    [Fact]
    public async Task AgentKilledWithTheServer_ContainerEndsMeanwhile_ItsEndIsKnownAfterTheNextStart()
    {
        var gate = new Gate(Home, "alone");
        await Home.Submit("alone", gate.Commands(exitCode: 6), Image());
        await gate.UntilReached();

        await Home.KillServer();
        await Home.KillAgent();
        gate.Open();
        await gate.UntilEnded();
        await Home.StartServer();

        var run = await Home.Api.UntilRun("alone", "failed");
        Assert.Equal(6, (int?)ServerApi.Submission(run)!["exit_status"]);
        Assert.Equal(gate.ExpectedLog, (await Home.GantryOk("logs", "alone")).Output);
        await UntilRemoved("alone");
    }

    [Fact]
    public async Task JobForgottenWhileItsContainerIsBeingRemoved_LeavesNone()
    {
        // Docker needs a while for so many files. The job's end is known before, and then its runner hangs up; Docker refuses another removal until that one is done.
        await Home.Submit("slow-to-go", ["mkdir /tmp/files; for i in $(seq 1 8000); do echo > /tmp/files/$i; done"], Image());
        var job = (string)ServerApi.Submission(await Home.Api.UntilRun("slow-to-go", "done"))!["id"]!;
        var log = Path.Combine(Home.AgentDirectory, "agent.log");
        await Deadline.Until("the job forgotten", () => File.ReadAllText(log).Contains($"{job} forgotten", StringComparison.Ordinal));

        await UntilRemoved("slow-to-go");

        Assert.DoesNotContain("not removed yet", File.ReadAllText(log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerKilled_ContainerRuns_GoesOnAndIsWhole()
    {
        var gate = new Gate(Home, "lives");
        using var apply = Home.Apply("lives", gate.Commands(exitCode: 7), Image());
        await gate.UntilReached();

        await Home.KillServer();
        gate.Open();
        var result = await apply.Result();

        Assert.Equal(gate.ExpectedLog, result.Output);
        Assert.Equal(7, result.ExitCode);
    }

    [Fact]
    public async Task DockerKilled_ContainerRuns_GoesOnAndIsFoundAgain()
    {
        var gate = new Gate(Home, "orphan");
        await Home.Submit("orphan", gate.Commands(exitCode: 5), Image());
        await gate.UntilReached();
        await Deadline.Until("the first lines in the log", async () => (await Home.GantryOk("logs", "orphan")).Output.EndsWith($"before {Gate.LinesBefore}\n", StringComparison.Ordinal));

        await Docker.KillAsync();
        Assert.Equal("running", (string?)(await Home.Api.Run("orphan"))!["status"]);
        await Docker.StartAsync();
        gate.Open();

        var run = await Home.Api.UntilRun("orphan", "failed");
        Assert.Equal(5, (int?)ServerApi.Submission(run)!["exit_status"]);
        Assert.Equal(gate.ExpectedLog, (await Home.GantryOk("logs", "orphan")).Output);
        await UntilRemoved("orphan");
    }

    [Fact]
    public async Task DockerKilled_ContainerEndsMeanwhile_ItsEndIsKnown()
    {
        var gate = new Gate(Home, "unseen");
        await Home.Submit("unseen", gate.Commands(), Image());
        await gate.UntilReached();
        await Home.Api.UntilRun("unseen", "running");

        await Docker.KillAsync();
        gate.Open();
        await gate.UntilEnded();
        await Docker.StartAsync();

        // What it wrote while Docker was gone waited in a pipe that went with it. Its exit status is Docker's to know.
        var run = await Home.Api.UntilFinished("unseen");
        Assert.NotNull(ServerApi.Submission(run)!["exit_status"]);
        Assert.Contains("Docker was away when the job ended", (string?)ServerApi.Submission(run)!["termination_reason_message"], StringComparison.Ordinal);
        await UntilRemoved("unseen");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Container_RemovedBySomebodyElse_IsReportedAsLost(bool agentLives)
    {
        var gate = new Gate(Home, "taken");
        await Home.Submit("taken", gate.Commands(), Image());
        await gate.UntilReached();
        await Home.Api.UntilRun("taken", "running");
        if (!agentLives)
        {
            await Home.KillServer();
            await Home.KillAgent();
        }

        Docker.Docker("rm", "-f", Docker.Containers("taken").Single());
        await Home.StartServer();

        var submission = ServerApi.Submission(await Home.Api.UntilRun("taken", "failed"))!;
        Assert.Equal("process_lost", (string?)submission["termination_reason"]);
        Assert.Contains("removed", (string?)submission["termination_reason_message"], StringComparison.Ordinal);
        Assert.Null(submission["exit_status"]);
    }

    [Fact]
    public async Task Stop_IsHandedToAllOfTheJob()
    {
        // The shell waits for its child, and gets to its trap only when that has ended: both have to be told.
        await Home.Submit("polite", ["trap 'echo stopping; exit 9' TERM", "echo ready", "sh -c 'sleep 600; echo slept'"], Image());
        using var follow = Home.Start("logs", "-f", "polite");
        await follow.UntilOutput("ready\n");
        await Home.GantryOk("stop", "polite", "-y");

        var run = await Home.Api.UntilRun("polite", "terminated");
        Assert.Equal(9, (int?)ServerApi.Submission(run)!["exit_status"]);
        Assert.EndsWith("stopping\n", (await follow.Result()).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_OfAJobThatDoesNotListen_KillsItAfterItsGrace(bool agentLives)
    {
        await Home.Submit("stubborn", ["trap '' TERM", "echo ready", "while :; do sleep 0.02; done"], Image("stop_duration: 2s"));
        using var follow = Home.Start("logs", "-f", "stubborn");
        await follow.UntilOutput("ready\n");
        await Home.GantryOk("stop", "stubborn", "-y");
        if (!agentLives)
            await Home.KillAgent();

        var run = await Home.Api.UntilRun("stubborn", "terminated");
        Assert.Equal(137, (int?)ServerApi.Submission(run)!["exit_status"]);
        await UntilRemoved("stubborn");
    }

    [Fact]
    public async Task Leftovers_OfThisAgent_AreRemovedAndNothingElse()
    {
        using var first = Home.Apply("first", ["true"], Image());
        Assert.Equal(0, (await first.Result()).ExitCode);
        var agent = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Path.Combine(Home.AgentDirectory, "agent.json")))!["agent_id"]!.ToString();
        string Create(string owner) => Docker.Docker("create", "--label", "dev.gantry.agent=" + owner, "--label", $"dev.gantry.job={Guid.NewGuid()}", DockerDaemon.Bare);
        var (ours, others, strangers) = (Create(agent), Create(Guid.NewGuid().ToString()), Docker.Docker("create", DockerDaemon.Bare));
        var running = Docker.Docker("run", "-d", "--label", "dev.gantry.agent=" + agent, "--label", $"dev.gantry.job={Guid.NewGuid()}", DockerDaemon.Tools, "sleep", "600");

        await Home.KillAgent();
        await Deadline.Until("the leftover gone", () => !Docker.Docker("ps", "-aq", "--no-trunc").Contains(ours, StringComparison.Ordinal));

        var left = Docker.Docker("ps", "-aq", "--no-trunc").Split('\n');
        Assert.All([others, strangers, running], id => Assert.Contains(id, left));
        Docker.Docker("rm", "-f", others, strangers, running);
    }

    [Fact]
    public async Task Spool_NoRoom_RunFailsWithThatReasonAndTheAgentGoesOn()
    {
        Assert.SkipUnless(SmallDisk.IsPossible, SmallDisk.Needs);
        using var disk = new SmallDisk(Home.AgentDirectory, 3);
        await Home.StartServer();
        // No server takes it away, so that it is full for certain.
        await Home.Submit("floods", ["while [ ! -e go ]; do sleep 0.02; done; awk 'BEGIN {for (i = 0; i < 60000; i++) printf \"%099d\\n\", i}'; sleep 600"], Image($"working_dir: {Home.Work}"));
        await Home.Api.UntilRun("floods", "running");
        await Home.KillServer();
        File.WriteAllText(Path.Combine(Home.Work, "go"), "");
        await Deadline.Until("a full spool", () => Directory.GetFiles(Path.Combine(Home.AgentDirectory, "jobs"), "output.err", SearchOption.AllDirectories)
            .Any(file => File.ReadAllText(file).Contains("No space left", StringComparison.Ordinal)));
        await Home.StartServer();

        var run = await Home.Api.UntilRun("floods", "failed");
        Assert.Equal("disk_full", (string?)ServerApi.Submission(run)!["termination_reason"]);
        disk.Grow(50);
        using var after = Home.Apply("after", ["echo there is room"], Image());
        Assert.Equal("there is room\n", (await after.Result()).Output);
    }

    [Fact]
    public async Task Host_WithoutDocker_SaysSoAndRunsContainersOnceItIsThere()
    {
        var link = Path.Combine(Home.Work, "docker.sock");
        Home.Environment["DOCKER_HOST"] = "unix://" + link;
        using var apply = Home.Apply("early", ["true"], Image());
        var refused = await apply.Result();

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("it needs Docker for its image", refused.Everything, StringComparison.Ordinal);
        Assert.Contains("no Docker listens at " + link, refused.Everything, StringComparison.Ordinal);

        File.CreateSymbolicLink(link, Docker.Socket);
        await Deadline.Until("an offer", async () => (await Home.Gantry("apply", "-f", Home.WriteTask("late", ["echo here"], Image()), "-y")).Output == "here\n");
    }
}

using System.Diagnostics;

namespace Gantry.EndToEnd;

/// <summary>How the embedded server comes to life, and how a newer one takes over.</summary>
public sealed class StartTests : EndToEndTest
{
    [Fact]
    public async Task Apply_IntoAPipe_EndsWhenTheTaskEnds()
    {
        var file = Home.WriteTask("piped", ["echo through the pipe"]);
        using var pipe = Home.StartProgram("/bin/sh", ["-c", "\"$0\" apply -f \"$1\" -y 2>&1 | cat", Path.Combine(Home.BuildFolder, "gantry"), file]);
        // The server that was just started must not hold the pipe open.
        var result = await pipe.Result();

        Assert.Contains("through the pipe", result.Output, StringComparison.Ordinal);
        Assert.NotNull(Home.ServerPid);
    }

    [Fact]
    public async Task Apply_TwoFirstOnesAtOnce_StartOneServer()
    {
        CommandRun[] applies = [.. Enumerable.Range(0, 4).Select(i => Home.Apply($"first-{i}", [$"echo I am {i}"]))];
        var results = await Task.WhenAll(applies.Select(apply => apply.Result()));

        Assert.All(results, (result, i) => Assert.Equal((0, $"I am {i}\n"), (result.ExitCode, result.Output)));
        var servers = Processes.Mentioning(Home.Directory).Where(pid => Path.GetFileName(CommandOf(pid)) == "gantry-server").ToList();
        Assert.Equal([Home.ServerPid!.Value], servers);
        Assert.Single(Processes.Mentioning(Home.Directory), pid => Path.GetFileName(CommandOf(pid)) == "gantry-agent");
    }

    [Fact]
    public async Task NewerBuild_JobRuns_ReplacesServerAndAgentAndLeavesTheJob()
    {
        var gate = new Gate(Home, "spans");
        await Home.Submit("spans", gate.Commands(exitCode: 3));
        var pid = await gate.UntilReached();
        var (server, agent) = (Home.ServerPid, Home.AgentPid);

        var newer = Path.Combine(Home.Work, "newer");
        using (var copy = Process.Start("cp", ["-R", Home.BuildFolder, newer]))
            await copy.WaitForExitAsync(TestContext.Current.CancellationToken);
        File.WriteAllText(Path.Combine(newer, "build-id"), "newer-build\n");
        Home.BuildFolder = newer;
        using var follow = Home.Start("logs", "-f", "spans");
        await follow.UntilOutput("spans before 100\n");

        Assert.NotEqual(server, Home.ServerPid);
        Assert.Equal("newer-build", (string?)(await Home.Api.Send(HttpMethod.Get, "/healthz", token: "")).Body!["build"]);
        await Deadline.Until("a newer agent", () => Home.AgentPid is { } now && now != agent);
        Assert.True(Processes.IsAlive(pid));
        gate.Open();
        Assert.Equal(gate.ExpectedLog, (await follow.Result()).Output);
        var run = await Home.Api.UntilRun("spans", "failed");
        Assert.Equal(3, (int?)ServerApi.Submission(run)!["exit_status"]);
    }

    [Fact]
    public async Task HomeRemovedUnderTheServer_NextCommand_WorksInANewOne()
    {
        await Home.StartServer();
        var old = Home.ServerPid!.Value;
        Directory.Delete(Home.ServerDirectory, recursive: true);

        using var apply = Home.Apply("reborn", ["echo again"]);
        var result = await apply.Result();

        Assert.Equal((0, "again\n"), (result.ExitCode, result.Output));
        Assert.NotEqual(old, Home.ServerPid);
    }

    private static string CommandOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0')[0];
        }
        catch (IOException)
        {
            return "";
        }
    }
}

namespace Gantry.EndToEnd;

/// <summary>A dev environment from its apply to its end, with the real OpenSSH.</summary>
public sealed class DevEnvironmentTests : EndToEndTest
{
    [Fact]
    public async Task Applied_SaysHowToOpenIt_StaysWhileSomebodyIsThere_AndStopsWhenLeftAlone()
    {
        Home.Environment["HOME"] = Home.Directory;
        var file = Home.Write("dev", "type: dev-environment\nname: dev\nide: vscode\ninit:\n  - echo made > ready\ninactivity_duration: 5s\n");

        using var apply = Home.Start("apply", "-f", file, "-y");
        await Deadline.Until("the words of the attachment", () => apply.Error.Contains("use: ssh dev", StringComparison.Ordinal));
        var directory = $"{Home.AgentDirectory}/jobs/{(string)ServerApi.Submission((await Home.Api.Run("dev"))!)!["id"]!}/work";
        Assert.Contains($"To open in VS Code Desktop, use: vscode://vscode-remote/ssh-remote+dev{directory}\n", apply.Error, StringComparison.Ordinal);
        // Longer than it may be left alone, over a server that is killed: whoever is attached comes back.
        await Home.KillServer();
        var config = Path.Combine(Home.Directory, "ssh", "config");
        await Deadline.Until("a server that is back at the job", async () => (await Home.StartProgram("ssh", ["-F", config, "dev", "true"]).Result()).ExitCode == 0);
        var shell = await Home.StartProgram("ssh", ["-F", config, "dev", "pwd; until [ -e ready ]; do :; done; cat ready; sleep 6; exit 4"]).Result();
        Assert.Equal(($"{directory}\nmade\n", 4), (shell.Output, shell.ExitCode));
        Assert.Equal(0, (int)ServerApi.Submission(await Home.Api.UntilRun("dev", "running"))!["inactivity_secs"]!);

        apply.Signal(Processes.Terminate);
        await apply.Result();
        var listed = await Deadline.Until("a listing that shows it alone", async () =>
            (await Home.GantryOk("ps", "-v")).Output is var output && output.Contains("(inactive for 1s)", StringComparison.Ordinal) ? output : null);
        Assert.Contains("running (inactive for 1s)", listed, StringComparison.Ordinal);
        var ended = await Home.Api.UntilRun("dev", "terminated");
        var submission = ServerApi.Submission(ended)!;
        Assert.Equal(("inactivity_duration_exceeded", "Nobody was attached to it for its inactivity_duration of 5s."), ((string?)submission["termination_reason"], (string?)submission["termination_reason_message"]));
        Assert.Null(submission["inactivity_secs"]);
    }

    [Fact]
    public async Task AppliedAnewWithAnotherInactivityDuration_IsUpdatedInPlace()
    {
        var file = Home.Write("dev", "type: dev-environment\nname: dev\ninactivity_duration: 1h\n");
        await Home.GantryOk("apply", "-f", file, "-y", "-d");
        var before = await Home.Api.UntilRun("dev", "running");
        Home.Write("dev", "type: dev-environment\nname: dev\ninactivity_duration: 1s\n");

        await Home.GantryOk("apply", "-f", file, "-y", "-d");

        var after = await Home.Api.UntilRun("dev", "terminated");
        Assert.Equal((string?)before["id"], (string?)after["id"]);
        Assert.Equal("inactivity_duration_exceeded", (string?)ServerApi.Submission(after)!["termination_reason"]);
    }
}

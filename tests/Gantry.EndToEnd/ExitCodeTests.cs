namespace Gantry.EndToEnd;

/// <summary>How <c>gantry apply</c> ends.</summary>
public sealed class ExitCodeTests(RunningHome home) : IClassFixture<RunningHome>
{
    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 3", 3)]
    [InlineData("kill -TERM $$", 143)]
    [InlineData("kill -KILL $$", 137)]
    [InlineData("no-such-command", 127)]
    public async Task Apply_Attached_EndsAsTheJobDid(string command, int exitCode)
    {
        var name = $"code-{exitCode}";
        using var apply = home.Apply(name, ["echo before", command, "echo after"]);
        var result = await apply.Result();

        Assert.Equal(exitCode, result.ExitCode);
        Assert.StartsWith("before\n", result.Output, StringComparison.Ordinal);
        var run = await home.Api.UntilFinished(name);
        Assert.Equal(exitCode == 0 ? "done" : "failed", (string?)run["status"]);
        Assert.Equal(exitCode, (int?)ServerApi.Submission(run)!["exit_status"]);
    }

    [Fact]
    public async Task Apply_CommandFails_LaterCommandsDoNotRun()
    {
        using var apply = home.Apply("first-fails", ["echo one", "false", "echo two"]);
        var result = await apply.Result();

        Assert.Equal((1, "one\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public async Task Apply_InvalidFile_NamesLineAndKeyAndSubmitsNothing()
    {
        var file = home.Write("invalid", "type: task\nname: invalid\ncomands:\n  - echo hi\n");
        var result = await home.Gantry("apply", "-f", file, "-y");

        Assert.Equal(121, result.ExitCode);
        Assert.Contains("comands", result.Error, StringComparison.Ordinal);
        Assert.Contains("commands", result.Error, StringComparison.Ordinal);
        Assert.Contains(":3:", result.Error, StringComparison.Ordinal);
        Assert.Null(await home.Api.Run("invalid"));
    }

    [Fact]
    public async Task Apply_NobodyToAsk_SubmitsNothing()
    {
        var file = home.WriteTask("unasked", ["echo hi"]);
        var result = await home.Gantry("apply", "-f", file);

        Assert.Equal(123, result.ExitCode);
        Assert.Null(await home.Api.Run("unasked"));
    }

    [Fact]
    public async Task Apply_StoppedByAnother_SaysSo()
    {
        var gate = new Gate(home, "stopped");
        using var apply = home.Apply("stopped", gate.Commands());
        await gate.UntilReached();

        await home.GantryOk("stop", "stopped", "-y");
        var result = await apply.Result();

        Assert.Equal(124, result.ExitCode);
        Assert.Contains("stopped", result.Error, StringComparison.OrdinalIgnoreCase);
    }
}

using System.Text;

namespace Gantry.EndToEnd;

/// <summary>Commands in running process jobs.</summary>
public sealed class ExecTests(RunningHome home) : EndToEndTest(home), IClassFixture<RunningHome>
{
    [Fact]
    public async Task Command_RunsInTheJobsSurroundings_AndPassesStreamsAndStatusOn()
    {
        await Home.Submit("target", ["echo up > up", "exec sleep 600"], "env: [\"WORD=it's me\"]");
        await Home.Api.UntilRun("target", "running");

        using var exec = Home.StartProgram(
            Path.Combine(Home.BuildFolder, "gantry"),
            ["exec", "target", "--", "sh", "-c", "until [ -e up ]; do :; done; echo \"$WORD $GANTRY_JOB_ID\"; pwd; cat; echo complaint >&2; exit 7"], "typed\n");
        var result = await exec.Result();

        var id = await JobId("target");
        Assert.Equal($"it's me {id}\n{Home.AgentDirectory}/jobs/{id}/work\ntyped\n", result.Output);
        Assert.EndsWith("complaint\n", result.Error, StringComparison.Ordinal);
        Assert.Equal(7, result.ExitCode);
    }

    [Fact]
    public async Task Bytes_OfAnyKindAndNumber_ComeThroughUnchanged()
    {
        await Home.Submit("bytes", ["exec sleep 600"]);
        await Home.Api.UntilRun("bytes", "running");
        var data = new byte[5_000_000];
        new Random(1).NextBytes(data);
        var file = Path.Combine(Home.Work, "data");
        await File.WriteAllBytesAsync(file, data, TestContext.Current.CancellationToken);

        using var exec = Home.StartProgram("/bin/sh", ["-c", $"'{Home.BuildFolder}/gantry' exec bytes -- cat < '{file}'"]);
        Assert.Equal(data, (await exec.Result()).OutputBytes);
    }

    [Fact]
    public async Task Terminal_ResizeControlCAndStatus_AreTheCommandsOwn()
    {
        await Home.Submit("terminal", ["exec sleep 600"]);
        await Home.Api.UntilRun("terminal", "running");
        var session = Path.Combine(Home.Work, "session.sh");
        await File.WriteAllTextAsync(session, "trap 'echo interrupted' INT\ntrap 'stty size' WINCH\nstty size\necho ready\nwhile :; do read line || continue; [ \"$line\" = end ] && exit 9; echo \"got $line\"; done\n", TestContext.Current.CancellationToken);
        var keys = Path.Combine(Home.Work, "keys");
        using (var made = Home.StartProgram("mkfifo", [keys]))
            await made.Result();

        using var exec = Home.StartProgram("/bin/sh", ["-c", $"script -qefc \"tty; stty cols 100 rows 40; '{Home.BuildFolder}/gantry' exec terminal -- sh '{session}'\" /dev/null < '{keys}'"]);
        await using var typing = new FileStream(keys, FileMode.Open, FileAccess.Write);
        await exec.UntilOutput("ready");
        Assert.Contains("40 100", exec.Output, StringComparison.Ordinal);
        var tty = exec.Output.Split('\n')[0].Trim();
        using (var resize = Home.StartProgram("stty", ["-F", tty, "cols", "120", "rows", "50"]))
            await resize.Result();
        await exec.UntilOutput("50 120");
        await Type(typing, "\u0003");
        await exec.UntilOutput("interrupted");
        await Type(typing, "a line\n");
        await exec.UntilOutput("got a line");
        await Type(typing, "end\n");

        Assert.Equal(9, (await exec.Result()).ExitCode);
        Assert.Equal("running", (string)(await Home.Api.Run("terminal"))!["status"]!);
    }

    [Fact]
    public async Task Signal_WithoutATerminal_GoesToTheCommand()
    {
        await Home.Submit("signals", ["exec sleep 600"]);
        await Home.Api.UntilRun("signals", "running");

        using var exec = Home.Start("exec", "signals", "--", "sh", "-c", "trap 'echo told; exit 4' TERM; echo ready; while :; do sleep 0.05; done");
        await exec.UntilOutput("ready");
        exec.Signal(Processes.Terminate);
        var result = await exec.Result();

        Assert.Equal(4, result.ExitCode);
        Assert.Equal("ready\ntold\n", result.Output);
    }

    [Fact]
    public async Task WhatDoesNotRun_IsRefusedWithASentence_AndAnEndedJobEndsItsCommands()
    {
        var end = Path.Combine(Home.Work, "end");
        await Home.Submit("short", [$"until [ -e '{end}' ]; do sleep 0.02; done"]);
        await Home.Api.UntilRun("short", "running");
        using var left = Home.Start("exec", "short", "--", "sh", "-c", "echo in; exec sleep 600");
        await left.UntilOutput("in\n");

        await File.WriteAllTextAsync(end, "", TestContext.Current.CancellationToken);
        await Home.Api.UntilRun("short", "done");

        Assert.NotEqual(0, (await left.Result()).ExitCode);
        var ended = await Home.Gantry("exec", "short", "--", "true");
        Assert.Equal(125, ended.ExitCode);
        Assert.Contains("does not run now", ended.Error, StringComparison.Ordinal);
        Assert.Contains("There is no run nobody", (await Home.Gantry("exec", "nobody", "--", "true")).Error, StringComparison.Ordinal);
    }

    private async Task<string> JobId(string run) => (string)(await Home.Api.Run(run))!["latest_job_submission"]!["id"]!;

    private static async Task Type(FileStream typing, string text)
    {
        await typing.WriteAsync(Encoding.UTF8.GetBytes(text));
        await typing.FlushAsync();
    }
}

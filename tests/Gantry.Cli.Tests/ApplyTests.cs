using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

/// <summary>apply: plan, question, submission, output and exit code, against prepared answers.</summary>
public sealed class ApplyTests : IAsyncLifetime
{
    private const string Follow = "/api/project/main/runs/hello/follow";
    private const string Apply = "/api/project/main/runs/apply";
    private const string Task = "type: task\nname: hello\ncommands:\n  - echo hi\n";
    private readonly CommandRun command = new();
    private RecordedServer server = null!;

    public async ValueTask InitializeAsync()
    {
        server = await RecordedServer.StartAsync();
        server.Answer("/api/project/main/runs/get_plan", Replies.Plan());
        server.Answer(Apply, Replies.Run());
        server.Answer("/api/project/main/runs/stop", "null");
        command.UseServer(server.Url);
        command.Write(".dstack.yml", Task);
    }

    public async ValueTask DisposeAsync()
    {
        command.Dispose();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData("done", "done", "0", "\"all_jobs_done\"", 0)]
    [InlineData("failed", "exited (7)", "7", "\"job_failed\"", 7)]
    [InlineData("failed", "no capacity", "null", "\"job_failed\"", ExitCodes.NoExitStatus)]
    [InlineData("terminated", "stopped", "143", "\"stopped_by_user\"", ExitCodes.Stopped)]
    public async Task Apply_RunEnds_ExitCodeSaysHow(string status, string message, string exitStatus, string reason, int expected)
    {
        server.AnswerEvents(Follow, Replies.Status("running", "running") + Replies.Submission(0) + Replies.Log("hi\n", 3) + Replies.End(status, message, exitStatus, reason));

        var result = await command.RunAsync("apply", "-y");

        Assert.Equal(expected, result.ExitCode);
        Assert.Equal("hi\n", result.Output);
        Assert.Contains("hello", result.Error);
    }

    [Fact]
    public async Task Apply_ConnectionBreaks_GoesOnWhereItWas()
    {
        server.AnswerEvents(
            Follow,
            Replies.Status("running", "running") + Replies.Submission(0) + Replies.Log("one ", 4),
            Replies.Status("running", "running") + Replies.Submission(0) + Replies.Log("two\n", 8) + Replies.End("done", "done", "0"));

        var result = await command.RunAsync("apply", "-y");

        Assert.Equal("one two\n", result.Output);
        Assert.Equal(0, result.ExitCode);
        var again = server.Requests.Last(request => request.Path.StartsWith(Follow, StringComparison.Ordinal)).Path;
        Assert.Contains("submission=765596da-931a-490f-85ef-33b13bdc7327&log_offset=4", again);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task Apply_ConnectionBreaksWhileSubmitting_SubmitsOnce(bool wasStored, int expected)
    {
        server.BreakFirst(Apply, Replies.Run());
        server.Answer("/api/project/main/runs/get", wasStored ? Replies.Run() : Replies.NoRun, wasStored ? 200 : 400);

        var result = await command.RunAsync("apply", "-y", "-d");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(expected, server.Requests.Count(request => request.Path == Apply));
    }

    [Fact]
    public async Task Apply_Declined_SubmitsNothing()
    {
        var result = await command.RunWithInputAsync("n\n", "apply");

        Assert.Equal(ExitCodes.Declined, result.ExitCode);
        Assert.Contains("Submit the run hello? [y/n]: ", result.Error);
        Assert.DoesNotContain(server.Requests, request => request.Path == Apply);
    }

    [Fact]
    public async Task Apply_NobodyToAnswer_SubmitsNothing()
    {
        var result = await command.RunAsync("apply");

        Assert.Equal(ExitCodes.Declined, result.ExitCode);
        Assert.Contains("Use -y", result.Error);
        Assert.DoesNotContain(server.Requests, request => request.Path == Apply);
    }

    [Fact]
    public async Task Apply_FromStandardInput_IsSubmitted()
    {
        var result = await command.RunWithInputAsync(Task, "apply", "-f", "-", "-y", "-d");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("Run hello submitted, detaching...\n", result.Output);
        Assert.Contains(server.Requests, request => request.Path == Apply);
    }

    [Fact]
    public async Task Apply_ActiveRunOfTheName_IsStoppedFirst()
    {
        server.Answer("/api/project/main/runs/get_plan", Replies.Plan(Replies.Run()));
        server.AnswerEvents(Follow, Replies.End("terminated", "stopped", "null"));

        var result = await command.RunWithInputAsync("y\n", "apply", "-d");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Active run hello already exists. Stop and override the run? [y/n]: ", result.Error);
        var order = server.Requests.Select(request => request.Path.Split('?')[0]).ToList();
        Assert.True(order.IndexOf("/api/project/main/runs/stop") < order.IndexOf(Follow));
        Assert.True(order.IndexOf(Follow) < order.IndexOf(Apply));
    }

    [Fact]
    public async Task Apply_ServerRefuses_SaysWhy()
    {
        server.Answer("/api/project/main/runs/get_plan", """{"detail":[{"msg":"Gantry cannot do volumes yet.","code":"error"}]}""", 400);

        var result = await command.RunAsync("apply", "-y");

        Assert.Equal(ExitCodes.Refused, result.ExitCode);
        Assert.Equal("Gantry cannot do volumes yet.\n", result.Error);
    }

    [Fact]
    public async Task Apply_NoServerThere_Exits120()
    {
        await server.DisposeAsync();

        var result = await command.RunAsync("apply", "-y");

        Assert.Equal(ExitCodes.Unreachable, result.ExitCode);
        Assert.Contains("No answer from the server", result.Error);
    }

    [Fact]
    public async Task Apply_OptionsOfTheCommandLine_WinOverTheFile()
    {
        command.Write(".dstack.yml", "type: task\nname: hello\nenv:\n  - A=1\n  - B\ncommands:\n  - train ${{ run.args }}\nmax_duration: 1h\n");
        command.Environment["B"] = "from here";

        await command.RunAsync(
            "apply", "-y", "-d", "-n", "try-2", "-e", "A=2", "--gpu", "H100:2", "--max-duration", "2h", "--retry", "--spot", "--", "--epochs", "3 4");

        var body = server.Requests.First(request => request.Path.EndsWith("get_plan", StringComparison.Ordinal)).Body;
        using var json = System.Text.Json.JsonDocument.Parse(body);
        var spec = json.RootElement.GetProperty("run_spec");
        var configuration = spec.GetProperty("configuration");
        Assert.Equal("try-2", spec.GetProperty("run_name").GetString());
        Assert.Equal("2", configuration.GetProperty("env").GetProperty("A").GetString());
        Assert.Equal("from here", configuration.GetProperty("env").GetProperty("B").GetString());
        Assert.Equal("train --epochs '3 4'", configuration.GetProperty("commands")[0].GetString());
        Assert.Equal(7200, configuration.GetProperty("max_duration").GetInt32());
        Assert.Equal(2, configuration.GetProperty("resources").GetProperty("gpu").GetProperty("count").GetProperty("min").GetInt32());
        Assert.Equal("spot", configuration.GetProperty("spot_policy").GetString());
    }

    [Fact]
    public async Task Apply_SecretInTheEnvironment_IsNeverPrinted()
    {
        command.Write(".dstack.yml", "type: task\nname: hello\nenv:\n  - TOKEN\ncommands:\n  - echo hi\n");
        command.Environment["TOKEN"] = "hunter2";
        server.AnswerEvents(Follow, Replies.End("done", "done", "0"));

        var result = await command.RunAsync("apply", "-y", "-v");

        Assert.DoesNotContain("hunter2", result.Output + result.Error);
        Assert.DoesNotContain("secret-token", result.Output + result.Error);
    }
}

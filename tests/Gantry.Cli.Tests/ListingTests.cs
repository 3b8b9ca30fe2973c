using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

/// <summary>ps, logs, stop, delete, run get and event against prepared answers.</summary>
public sealed class ListingTests : IAsyncLifetime
{
    private readonly CommandRun command = new();
    private RecordedServer server = null!;

    public async ValueTask InitializeAsync()
    {
        server = await RecordedServer.StartAsync();
        server.Answer("/api/quarantine/list", "[]");
        command.UseServer(server.Url);
    }

    public async ValueTask DisposeAsync()
    {
        command.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Ps_Runs_AreAlignedInColumns()
    {
        server.Answer("/api/runs/list", $"[{Replies.Run(jobs: $"[{Replies.Job(0, "running")}]")}, {Replies.Run("a-longer-name", "failed", "exited (1)")}]");

        var result = await command.RunAsync("ps", "-a");

        var lines = result.Output.TrimEnd().Split('\n');
        Assert.Equal(3, lines.Length);
        var status = lines[0].IndexOf("STATUS", StringComparison.Ordinal);
        Assert.Equal(" NAME           BACKEND  GPU          PRICE  STATUS      SUBMITTED", lines[0]);
        Assert.StartsWith(" hello          remote   H100:80GB:2  $1.5   running", lines[1]);
        Assert.Equal("exited (1)", lines[2].Substring(status, 10));
        Assert.DoesNotContain(lines, line => line.EndsWith(' '));
    }

    [Fact]
    public async Task Ps_SeveralJobs_AreShownBelowTheirRun()
    {
        server.Answer("/api/runs/list", $"[{Replies.Run(jobs: $"[{Replies.Job(0, "running")},{Replies.Job(1, "pulling")}]")}]");

        var result = await command.RunAsync("ps", "-v");

        Assert.Contains("replica=0 job=1", result.Output);
        Assert.Contains("cpu=8 mem=32GB disk=100GB H100:80GB:2", result.Output);
        Assert.Contains("$3", result.Output);
    }

    [Theory]
    [InlineData(312_000_000, 0, 1_204_000_000, "true", "pulling 312 of 1204 MB (25 %)")]
    [InlineData(312_000_000, 0, 1_204_000_000, "false", "pulling 312 of 1204 MB or more")]
    [InlineData(1_204_000_000, 542_000_000, 1_204_000_000, "true", "pulling 1204 MB, 45 % unpacked")]
    [InlineData(0, 0, 0, "false", "pulling")]
    public async Task Ps_ImageOnItsWay_ShowsHowFar(long downloaded, long extracted, long total, string isFinal, string expected)
    {
        var pull = $$"""{"downloaded_bytes":{{downloaded}},"extracted_bytes":{{extracted}},"total_bytes":{{total}},"is_total_bytes_final":{{isFinal}}}""";
        server.Answer("/api/runs/list", $"[{Replies.Run("hello", "provisioning", "pulling", jobs: $"[{Replies.Job(0, "pulling", pull)}]")}]");

        var result = await command.RunAsync("ps");

        Assert.Matches($" {System.Text.RegularExpressions.Regex.Escape(expected)}  +", result.Output.Split('\n')[1]);
    }

    [Fact]
    public async Task Ps_NothingActive_ShowsTheLastRun()
    {
        server.Answer("/api/runs/list", "[]");

        await command.RunAsync("ps");

        var bodies = server.Requests.Where(request => request.Path == "/api/runs/list").Select(request => request.Body).ToList();
        Assert.Contains("\"only_active\":true", bodies[0]);
        Assert.Contains("\"only_active\":false", bodies[1]);
        Assert.Contains("\"limit\":1", bodies[1]);
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("--format=json")]
    public async Task Ps_Json_IsDstacksShape(string option)
    {
        server.Answer("/api/runs/list", $"[{Replies.Run()}]");

        var result = await command.RunAsync("ps", option);

        using var json = System.Text.Json.JsonDocument.Parse(result.Output);
        Assert.Equal("main", json.RootElement.GetProperty("project").GetString());
        Assert.Equal("hello", json.RootElement.GetProperty("runs")[0].GetProperty("run_spec").GetProperty("run_name").GetString());
    }

    [Fact]
    public async Task Ps_QuarantinedJobs_AreShownWithWhatToDo()
    {
        server.Answer("/api/runs/list", "[]");
        server.Answer("/api/quarantine/list", """
            [{"job_id":"765596da-931a-490f-85ef-33b13bdc7327","server_id":"765596da-931a-490f-85ef-33b13bdc7327","instance":"box","project_name":"main","run_name":"old",
              "job_name":"old-0-0","state":"running","started_at":"2026-11-22T09:05:34Z","pid":42}]
            """);

        var result = await command.RunAsync("ps");

        Assert.Contains("Quarantined: 1 job", result.Output);
        Assert.Contains("765596da-931a-490f-85ef-33b13bdc7327  old", result.Output);
        Assert.Contains("gantry quarantine stop", result.Output);
    }

    [Fact]
    public async Task Logs_BinaryOutput_IsPrintedAsItIs()
    {
        server.AnswerEvents("/api/project/main/runs/hello/follow", Replies.Submission(0) + Replies.Log("no newline \u001b[1m", 15) + Replies.End("running", "running", "null"));

        var result = await command.RunAsync("logs", "hello", "--job", "1", "--since", "2026-01-01T00:00:00Z");

        Assert.Equal("no newline \u001b[1m", result.Output);
        Assert.Equal("", result.Error);
        var asked = server.Requests.Single().Path;
        Assert.Contains("job=1", asked);
        Assert.Contains("follow=false", asked);
        Assert.Contains("since=2026-01-01", asked);
    }

    [Fact]
    public async Task Stop_Abort_TellsTheServer()
    {
        server.Answer("/api/project/main/runs/get", Replies.Run());
        server.Answer("/api/project/main/runs/stop", "null");

        var result = await command.RunAsync("stop", "-x", "-y", "hello");

        Assert.Equal(0, result.ExitCode);
        var (_, body, authorization) = server.Requests.Last();
        Assert.Equal("""{"runs_names":["hello"],"abort":true}""", body);
        Assert.Equal("Bearer secret-token", authorization);
    }

    [Theory]
    [InlineData("stop", "hello", "-y")]
    [InlineData("delete", "hello", "-y")]
    [InlineData("run", "get", "hello", "--json")]
    public async Task AnyCommand_NoSuchRun_Exits1(params string[] arguments)
    {
        server.Answer("/api/project/main/runs/get", Replies.NoRun, 400);

        var result = await command.RunAsync(arguments);

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.Equal("Run not found\n", result.Error);
    }

    [Fact]
    public async Task Delete_ByConfigurationFile_DeletesTheRunOfItsName()
    {
        command.Write("hello.yml", "type: task\nname: hello\ncommands: [echo hi]\n");
        server.Answer("/api/project/main/runs/get", Replies.Run(status: "done", message: "done"));
        server.Answer("/api/project/main/runs/delete", "null");

        var result = await command.RunWithInputAsync("y\n", "delete", "-f", "hello.yml");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("""{"runs_names":["hello"]}""", server.Requests.Last().Body);
    }

    [Fact]
    public async Task Delete_ActiveRun_IsRefusedWithWhatToDo()
    {
        server.Answer("/api/project/main/runs/get", Replies.Run());

        var result = await command.RunAsync("delete", "hello", "-y");

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.Contains("Stop it first: gantry stop hello", result.Error);
    }

    [Fact]
    public async Task Event_List_PrintsOldestFirst()
    {
        server.Answer("/api/project/main/runs/get", Replies.Run());
        server.Answer("/api/events/list", """
            [{"id":"765596da-931a-490f-85ef-33b13bdc7327","message":"Second","recorded_at":"2026-11-22T09:05:35Z","targets":[{"type":"job","id":"765596da-931a-490f-85ef-33b13bdc7327","name":"hello-0-0"}]},
             {"id":"765596da-931a-490f-85ef-33b13bdc7328","message":"First","recorded_at":"2026-11-22T09:05:34Z","actor_user":"admin","targets":[{"type":"run","id":"765596da-931a-490f-85ef-33b13bdc7327","name":"hello"}]}]
            """);

        var result = await command.RunAsync("event", "list", "--within-run", "hello");

        var lines = result.Output.TrimEnd().Split('\n');
        Assert.EndsWith("[👤admin] [run hello] First", lines[0]);
        Assert.EndsWith("] [job hello-0-0] Second", lines[1]);
        Assert.Contains("\"within_runs\":[\"016a768e-e140-4005-b840-04d7fea2afc4\"]", server.Requests.Last().Body);
    }
}

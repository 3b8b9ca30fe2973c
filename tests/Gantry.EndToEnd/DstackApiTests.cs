using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gantry.EndToEnd;

/// <summary>
/// What dstack's clients send, as recorded from its 0.21 CLI against its own server (Captures/dstack.jsonl), is answered with the
/// same status and in the same shape: the same keys, of the same types.
/// </summary>
public sealed class DstackApiTests(RunningHome home) : IClassFixture<RunningHome>
{
    private static readonly Dictionary<string, JsonNode> Captures = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Captures", "dstack.jsonl"))
        .Select(line => JsonNode.Parse(line)!).ToDictionary(capture => (string)capture["name"]!);

    /// <summary>Objects that dstack's schema lets be null, and that a run on the embedded host does not have: no fleet, no offer of a fleet.</summary>
    private static readonly string[] Optional = ["fleet", "offer"];

    /// <summary>Requests whose reply depends on nothing else.</summary>
    [Theory]
    [InlineData("get_info")]
    [InlineData("get_my_user")]
    [InlineData("projects_get")]
    [InlineData("projects_list")]
    [InlineData("repos_init")]
    public async Task Request_AsCaptured_IsAnsweredInTheSameShape(string name) => AssertLike(name, await Send(name));

    [Fact]
    public async Task Plan_OfATask_IsAnsweredInTheSameShape() => AssertLike(
        "runs_get_plan",
        // The capture names an image, and this machine may have no Docker.
        await Send("runs_get_plan", request => request["run_spec"]!["configuration"]!["image"] = null));

    [Fact]
    public async Task Task_FromApplyToLogs_IsAnsweredInTheSameShapes()
    {
        AssertLike("runs_apply", await Send("runs_apply"));
        await home.Api.UntilRun("hello", "done");
        var got = await Send("runs_get_done", request => request["run_name"] = "hello");
        AssertLike("runs_get_done", got, notCompared: Optional);
        var listed = await Send("runs_list_active", request => request["only_active"] = false);
        AssertLike("runs_get_done", listed with { Body = listed.Body![0] }, notCompared: Optional);

        var poll = await Send("logs_poll", request =>
        {
            request["run_name"] = "hello";
            request["job_submission_id"] = (string)ServerApi.Submission(got.Body!)!["id"]!;
        });
        AssertLike("logs_poll", poll);
        Assert.Equal("aGkK", (string?)poll.Body!["logs"]![0]!["message"]);
    }

    [Fact]
    public async Task Events_OfTheProject_AreListedInTheSameShape()
    {
        var project = (await Send("projects_get")).Body!["project_id"]!;
        var reply = await Send("events_list", request => request["within_projects"] = new JsonArray((string)project!));
        Assert.NotEmpty(reply.Body!.AsArray());
        AssertLike("events_list", reply);
    }

    [Fact]
    public async Task ScheduledTask_Applied_IsPendingInTheSameShape()
    {
        AssertLike("runs_apply_schedule", await Send("runs_apply_schedule"));
        AssertLike("runs_stop", await Send("runs_stop", request => request["runs_names"] = new JsonArray("nightly")));
    }

    [Fact]
    public async Task Repos_Initialized_AreListedInTheSameShape()
    {
        await Send("repos_init");
        AssertLike("repos_list", await Send("repos_list"));
    }

    [Fact]
    public async Task DevEnvironment_Applied_IsAnsweredInTheSameShape()
    {
        // The capture names a version of Python, which only an image has.
        AssertLike("runs_apply_dev", await Send("runs_apply_dev", request => request["plan"]!["run_spec"]!["configuration"]!["python"] = null));
        await home.Api.UntilRun("dev1", "running");
        await Send("runs_stop", request => request["runs_names"] = new JsonArray("dev1"));
        await home.Api.UntilRun("dev1", "terminated");
    }

    [Fact]
    public async Task Volume_AsCaptured_IsAnsweredInTheSameShapes()
    {
        AssertSame("volumes_get_missing", await Send("volumes_get_missing"));
        // The capture's region is a cloud's.
        var created = await Send("volumes_create", request => request["configuration"]!["region"] = "remote");
        AssertLike("volumes_create", created);
        Assert.Equal("aws", (string?)created.Body!["configuration"]!["backend"]);
        AssertLike("volumes_get", await Send("volumes_get"));
        AssertLike("volumes_list", await Send("volumes_list"));
        AssertLike("volumes_list_all", await Send("volumes_list_all"));
    }

    [Fact]
    public async Task Errors_OfAuthentication_AreDstacks()
    {
        AssertSame("no_token", await Send("no_token", token: ""));
        AssertSame("bad_token", await Send("bad_token", token: "nonsense"));
        var alice = new Database(home).AddUser("alice", "user");
        AssertSame("forbidden", await Send("forbidden", token: alice));
    }

    [Fact]
    public async Task NewerClient_IsToldSo()
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, home.ServerUrl + "/api/runs/list") { Content = new StringContent("{}") };
        request.Headers.Authorization = new("Bearer", home.AdminToken);
        request.Headers.Add("X-API-VERSION", "99.0.0");
        using var reply = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        AssertSame("newer_client", new ApiReply(reply.StatusCode, JsonNode.Parse(text), text));
    }

    [Fact]
    public async Task Errors_OfNames_AreDstacks()
    {
        AssertSame("run_not_found", await Send("run_not_found", request => request["run_name"] = "nobody"));
        AssertSame("project_not_found", await Send("project_not_found"));
        AssertSame("no_such_path", await Send("no_such_path"));
        AssertSame("wrong_method", await Send("wrong_method"));
    }

    [Fact]
    public async Task Body_MissingOrWrongFields_IsA422ThatNamesThem()
    {
        foreach (var body in new[] { """{"abort": true}""", """{"runs_names": "x", "abort": true}""", """{"runs_names": ["x"]}""" })
        {
            var reply = await home.Api.Send(HttpMethod.Post, "/api/project/main/runs/stop", JsonNode.Parse(body));
            Assert.True((int)reply.Status == 422, $"{body}: {(int)reply.Status} {reply.Text}\n{home.Logs()}");
            var problem = reply.Body!["detail"]!.AsArray().First()!;
            Assert.Equal("body", (string?)problem["loc"]![0]);
            Assert.NotEmpty((string)problem["type"]!);
            Assert.NotEmpty((string)problem["msg"]!);
        }
    }

    private Task<ApiReply> Send(string name, Action<JsonNode>? change = null, string? token = null)
    {
        var capture = Captures[name];
        var request = capture["request"]?.DeepClone();
        if (request is not null)
            change?.Invoke(request);
        return home.Api.Send(new HttpMethod((string)capture["method"]!), (string)capture["path"]!, request, token);
    }

    private static void AssertSame(string name, ApiReply reply)
    {
        Assert.Equal((int)Captures[name]["status"]!, (int)reply.Status);
        Assert.True(JsonNode.DeepEquals(Captures[name]["reply"], reply.Body), $"{name}: {reply.Text} is not {Captures[name]["reply"]?.ToJsonString()}");
    }

    private static void AssertLike(string name, ApiReply reply, string[]? notCompared = null)
    {
        Assert.True((int)Captures[name]["status"]! == (int)reply.Status, $"{name}: {(int)reply.Status} {reply.Text}");
        var differences = new List<string>();
        Compare("$", Captures[name]["reply"], reply.Body, differences);
        if (notCompared is not null)
            differences.RemoveAll(difference => notCompared.Any(name => difference.Contains($".{name}: dstack has an object, here it is null", StringComparison.Ordinal)));
        Assert.True(differences.Count == 0, $"{name} differs from dstack's:\n{string.Join('\n', differences)}");
    }

    private static void Compare(string path, JsonNode? theirs, JsonNode? ours, List<string> differences)
    {
        if (theirs is null || ours is null)
        {
            // What one of both leaves out says nothing about its type, except where dstack always has a thing.
            if (theirs is JsonObject && path is not "$" and not "$.latest_job_submission")
                differences.Add($"{path}: dstack has an object, here it is null");
            return;
        }
        if (theirs.GetValueKind() != ours.GetValueKind() && !(IsBoolean(theirs) && IsBoolean(ours)))
        {
            differences.Add($"{path}: dstack has {theirs.GetValueKind()}, here it is {ours.GetValueKind()}");
            return;
        }
        if (theirs is JsonObject their && ours is JsonObject our)
        {
            // Names of variables and ports are data.
            if (path.EndsWith(".env", StringComparison.Ordinal) || path.EndsWith(".ports", StringComparison.Ordinal))
                return;
            foreach (var (key, value) in their)
            {
                if (our.ContainsKey(key))
                    Compare($"{path}.{key}", value, our[key], differences);
                else
                    differences.Add($"{path}.{key}: missing here");
            }
            foreach (var (key, _) in our.Where(pair => !their.ContainsKey(pair.Key)))
                differences.Add($"{path}.{key}: dstack has no such key");
        }
        else if (theirs is JsonArray { Count: > 0 } && ours is JsonArray { Count: > 0 })
        {
            Compare($"{path}[0]", theirs[0], ours[0], differences);
        }
    }

    private static bool IsBoolean(JsonNode node) => node.GetValueKind() is JsonValueKind.True or JsonValueKind.False;
}

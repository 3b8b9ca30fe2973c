using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gantry.Model.Api;

namespace Gantry.Server.Tests;

/// <summary>Runs over HTTP: what is served is what the API's types say, and what is refused is refused in dstack's words.</summary>
public sealed class RunApiTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Run_AsServed_IsExactlyTheApiType()
    {
        var (status, body) = await ApplyAsync("exact", """["echo hi"]""");
        Assert.Equal(HttpStatusCode.OK, status);
        var again = JsonSerializer.Serialize(JsonSerializer.Deserialize(body, ApiJson.Default.Run), ApiJson.Default.Run);
        Assert.Equal(Keys(JsonNode.Parse(again)!), Keys(JsonNode.Parse(body)!));
    }

    [Fact]
    public async Task Apply_OfActiveRun_IsRefusedAndChangesNothing()
    {
        await ApplyAsync("twice", """["sleep 60"]""");
        var (status, body) = await ApplyAsync("twice", """["true"]""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("Cannot override active run twice. Nothing was changed. Stop the run first.", body, StringComparison.Ordinal);
        var (_, run) = await server.CallAsync("/api/project/main/runs/get", """{"run_name":"twice"}""");
        Assert.Contains("sleep 60", run, StringComparison.Ordinal);
        await server.CallAsync("/api/project/main/runs/stop", """{"runs_names":["twice"],"abort":true}""");
    }

    [Fact]
    public async Task Apply_OfAFinishedRunsName_RunsItAnew()
    {
        const string plan = """{"run_spec":{"run_name":"again","configuration":{"type":"task","name":"again","commands":["true"]}}}""";
        var ids = new HashSet<string>();
        for (var i = 0; i < 3; i++)
        {
            await server.CallAsync("/api/project/main/runs/get_plan", plan);
            var (status, body) = await server.CallAsync("/api/project/main/runs/apply", $$"""{"plan":{{plan}},"force":true}""");
            Assert.True(status == HttpStatusCode.OK, body);
            Assert.True(ids.Add((string)JsonNode.Parse(body)!["id"]!));
            await server.CallAsync("/api/project/main/runs/stop", """{"runs_names":["again"],"abort":true}""");
            while ((string)JsonNode.Parse((await server.CallAsync("/api/project/main/runs/get", """{"run_name":"again"}""")).Body)!["status"]! is not ("done" or "terminated" or "failed"))
                await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Apply_OfWrongConfiguration_NamesEveryProblemAtOnce()
    {
        var (status, body) = await server.CallAsync(
            "/api/project/main/runs/apply",
            """{"plan":{"run_spec":{"configuration":{"type":"task","commands":["true"],"nods":2,"priority":101}}}}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains("nods", body, StringComparison.Ordinal);
        Assert.Contains("priority", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_OfWhatIsNotBuiltYet_IsRefusedByName()
    {
        var (status, body) = await server.CallAsync(
            "/api/project/main/runs/apply",
            """{"plan":{"run_spec":{"configuration":{"type":"task","docker":true,"commands":["true"],"volumes":["data-${{ run.name }}:/data"]}}}}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("docker", body, StringComparison.Ordinal);
        Assert.Contains("volumes", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stop", """{"runs_names":["nobody"],"abort":false}""")]
    [InlineData("delete", """{"runs_names":["nobody"]}""")]
    [InlineData("get", """{"run_name":"nobody"}""")]
    public async Task UnknownRun_IsNotFoundInDstacksShape(string call, string request) =>
        Assert.Equal(
            (HttpStatusCode.BadRequest, """{"detail":[{"msg":"Run not found","code":"resource_not_exists"}]}"""),
            await server.CallAsync($"/api/project/main/runs/{call}", request));

    [Fact]
    public async Task StopOfSeveral_WithOneUnknown_StopsNone()
    {
        await ApplyAsync("stays", """["sleep 60"]""");
        var (status, _) = await server.CallAsync("/api/project/main/runs/stop", """{"runs_names":["stays","nobody"],"abort":true}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        var (_, run) = await server.CallAsync("/api/project/main/runs/get", """{"run_name":"stays"}""");
        Assert.DoesNotContain("\"termination_reason\":\"aborted_by_user\"", run, StringComparison.Ordinal);
        await server.CallAsync("/api/project/main/runs/stop", """{"runs_names":["stays"],"abort":true}""");
    }

    [Fact]
    public async Task Delete_OfUnfinishedRun_IsRefused()
    {
        await ApplyAsync("busy", """["sleep 60"]""");
        var (status, body) = await server.CallAsync("/api/project/main/runs/delete", """{"runs_names":["busy"]}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("busy", body, StringComparison.Ordinal);
        await server.CallAsync("/api/project/main/runs/stop", """{"runs_names":["busy"],"abort":true}""");
    }

    [Fact]
    public async Task NewerClient_IsToldSo() => Assert.Equal(
        (HttpStatusCode.BadRequest, """{"detail":[{"msg":"The client/CLI version (99.0.0) is incompatible with the server version (0.21.2).","code":"error"}]}"""),
        await server.CallAsync("/api/runs/list", apiVersion: "99.0.0"));

    [Fact]
    public async Task UnknownPathAndMethod_AnswerInDstacksShape()
    {
        Assert.Equal((HttpStatusCode.NotFound, """{"detail":"Not Found"}"""), await server.CallAsync("/api/nope"));
        Assert.Equal((HttpStatusCode.MethodNotAllowed, """{"detail":"Method Not Allowed"}"""), await server.CallAsync("/api/projects/list", method: HttpMethod.Get));
    }

    [Theory]
    [InlineData("/api/runs/list", """{"limit":101}""", "limit")]
    [InlineData("/api/events/list", """{"limit":0}""", "limit")]
    [InlineData("/api/runs/list", """{"limit":"many"}""", "limit")]
    [InlineData("/api/runs/list", "{", "body")]
    public async Task WrongBody_IsUnprocessableAndNamesTheField(string path, string body, string field)
    {
        var (status, reply) = await server.CallAsync(path, body);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains(field, reply, StringComparison.Ordinal);
    }

    private Task<(HttpStatusCode Status, string Body)> ApplyAsync(string name, string commands)
    {
        var configuration = $$"""{"type":"task","commands":{{commands}}}""";
        var spec = $$"""{"run_name":"{{name}}","configuration":{{configuration}} }""";
        return server.CallAsync("/api/project/main/runs/apply", $$"""{"plan":{"run_spec":{{spec}} } }""");
    }

    private static string Keys(JsonNode node) => node switch
    {
        JsonObject fields => "{" + string.Join(",", fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => field.Key + (field.Value is null ? "=null" : Keys(field.Value)))) + "}",
        JsonArray items => "[" + string.Join(",", items.Select(item => item is null ? "null" : Keys(item))) + "]",
        _ => "",
    };
}

using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Gantry.EndToEnd;

/// <summary>Every endpoint, as everybody who may and may not.</summary>
public sealed partial class AccessTests(RunningHome home) : IClassFixture<RunningHome>
{
    private const string Anyone = "anyone", User = "user", Member = "member", Admin = "admin";

    /// <summary>Every endpoint of the server, and who may call it.</summary>
    private static readonly (string Method, string Path, string Who, string? Body)[] Endpoints =
    [
        ("GET", "/healthz", Anyone, null),
        ("GET", "/readyz", Anyone, null),
        ("GET", "/healthcheck", Anyone, null),
        ("POST", "/api/server/get_info", Anyone, null),
        ("POST", "/api/users/get_my_user", User, null),
        ("POST", "/api/projects/list", User, "{}"),
        ("POST", "/api/projects/main/get", Member, null),
        ("POST", "/api/runs/list", User, "{}"),
        ("POST", "/api/events/list", User, "{}"),
        ("POST", "/api/project/main/repos/init", Member, """{"repo_id": "none", "repo_info": {"repo_type": "virtual"}}"""),
        ("POST", "/api/project/main/runs/get", Member, """{"run_name": "nobody"}"""),
        ("POST", "/api/project/main/runs/get_plan", Member, """{"run_spec": {"run_name": "x", "configuration": {"type": "task", "commands": ["true"]}}}"""),
        ("GET", "/api/project/main/metrics/job/nobody", Member, null),
        ("POST", "/api/project/main/gpus/list", Member, """{"run_spec": {"run_name": "x", "configuration": {"type": "task", "commands": ["true"]}}}"""),
        ("POST", "/api/project/main/runs/apply", Member, """{"plan": {"run_spec": {"configuration": {"type": "task", "commands": []}}}}"""),
        ("POST", "/api/project/main/runs/stop", Member, """{"runs_names": ["nobody"], "abort": false}"""),
        ("POST", "/api/project/main/runs/delete", Member, """{"runs_names": ["nobody"]}"""),
        ("POST", "/api/fleets/list", User, "{}"),
        ("POST", "/api/instances/list", User, "{}"),
        ("POST", "/api/project/main/fleets/list", Member, "{}"),
        ("POST", "/api/project/main/fleets/get", Member, """{"name": "nobody"}"""),
        ("POST", "/api/project/main/fleets/get_plan", Member, """{"spec": {"configuration": {"type": "fleet", "nodes": 1}}}"""),
        ("POST", "/api/project/main/fleets/apply", Member, """{"plan": {"spec": {"configuration": {"type": "fleet", "nodes": 1}}}}"""),
        ("POST", "/api/project/main/fleets/delete", Member, """{"names": ["nobody"]}"""),
        ("POST", "/api/project/main/fleets/delete_instances", Member, """{"name": "nobody", "instance_nums": [0]}"""),
        ("POST", "/api/project/main/instances/get_instance_health_checks", Member, """{"fleet_name": "nobody", "instance_num": 0}"""),
        ("POST", "/api/project/main/instances/get", Member, """{"id": "00000000-0000-4000-8000-000000000000"}"""),
        ("POST", "/api/volumes/list", User, "{}"),
        ("POST", "/api/project/main/volumes/list", Member, "{}"),
        ("POST", "/api/project/main/volumes/get", Member, """{"name": "nobody"}"""),
        ("POST", "/api/project/main/volumes/create", Member, """{"configuration": {"type": "volume", "backend": "aws", "region": "eu-west-1"}}"""),
        ("POST", "/api/project/main/volumes/delete", Member, """{"names": ["nobody"]}"""),
        ("GET", "/api/project/main/runs/nobody/follow", Member, null),
        ("GET", "/api/project/main/runs/watch", Member, null),
        ("GET", "/api/project/main/runs/nobody/exec", Member, null),
        ("GET", "/api/project/main/runs/nobody/forward", Member, null),
        ("GET", "/api/project/main/runs/nobody/attach", Member, null),
        ("GET", "/api/project/main/runs/nobody/presence", Member, null),
        ("POST", "/api/project/main/repos/list", Member, null),
        ("POST", "/api/project/main/repos/get", Member, """{"repo_id":"nobody","include_creds":true}"""),
        ("POST", "/api/project/main/repos/delete", Member, """{"repos_ids":["nobody"]}"""),
        ("POST", "/api/project/main/repos/upload_code", Member, null),
        ("POST", "/api/project/main/logs/poll", Member, """{"run_name": "nobody", "job_submission_id": "00000000-0000-4000-8000-000000000000"}"""),
        ("GET", "/api/project/main/events/watch", Member, null),
        ("POST", "/api/files/get_archive_by_hash", User, """{"hash": "00"}"""),
        ("POST", "/api/files/upload_archive", User, "{}"),
        ("POST", "/api/quarantine/list", Admin, "{}"),
        ("POST", "/api/quarantine/stop", Admin, """{"job_ids": []}"""),
    ];

    [Fact]
    public async Task Endpoints_AsEachRole_AnswerOnlyThoseWhoMay()
    {
        var database = new Database(home);
        (string Name, string? Token, int Rank)[] callers =
        [
            ("no token", "", 0),
            ("bad token", "nonsense", 0),
            ("inactive admin", database.AddUser("inactive", "admin", "admin", active: false), 0),
            ("outsider", database.AddUser("outsider", "user"), 1),
            ("member", database.AddUser("member", "user", "user"), 2),
            ("project admin", database.AddUser("project-admin", "user", "admin"), 2),
            ("global admin", database.AddUser("global-admin", "admin"), 3),
        ];
        var wrong = new List<string>();
        foreach (var (method, path, who, body) in Endpoints)
        {
            foreach (var (name, token, rank) in callers)
            {
                var reply = await home.Api.Send(new HttpMethod(method), path, body is null ? null : JsonNode.Parse(body), token);
                var may = rank >= who switch { Anyone => 0, User => 1, Member => 2, _ => 3 };
                var expected = may ? "neither 401 nor 403 nor 5xx" : name == "no token" ? "401" : "403";
                var isRight = may ? (int)reply.Status is < 500 and not (401 or 403 or 404 or 405) : (int)reply.Status == (name == "no token" ? 401 : 403);
                if (!isRight)
                    wrong.Add($"{method} {path} as {name}: {(int)reply.Status}, not {expected}: {reply.Text}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Lists_AsAnOutsider_ShowNothingOfTheProject()
    {
        await home.Submit("private", ["echo secret"]);
        await home.Api.UntilRun("private", "done");
        var token = new Database(home).AddUser("curious", "user");

        foreach (var path in new[] { "/api/runs/list", "/api/projects/list" })
            Assert.Empty((await home.Api.Send(HttpMethod.Post, path, new JsonObject(), token)).Body!.AsArray());
        var events = (await home.Api.Send(HttpMethod.Post, "/api/events/list", new JsonObject(), token)).Text;
        Assert.DoesNotContain("private", events, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherProject_DoesNotExist_Is404ForAMember()
    {
        var token = new Database(home).AddUser("lost-member", "user", "user");
        var reply = await home.Api.Send(HttpMethod.Post, "/api/project/elsewhere/runs/get", new JsonObject { ["run_name"] = "x" }, token);
        Assert.Equal(HttpStatusCode.NotFound, reply.Status);
    }

    /// <summary>An endpoint that is added to the server and forgotten here fails this test.</summary>
    [Fact]
    public void Endpoints_InTheSources_AreAllInTheTable()
    {
        var sources = Directory.GetFiles(Path.Combine(Checkout.Root, "src", "Gantry.Server"), "*.cs", SearchOption.AllDirectories);
        var mapped = sources.SelectMany(file => MapCall().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).ToList();

        Assert.NotEmpty(mapped);
        Assert.All(mapped, route => Assert.Contains(Endpoints, endpoint => Fits(endpoint.Path, route)));
        Assert.Equal(Endpoints.Length, mapped.Count);
    }

    private static bool Fits(string path, string route) => Regex.IsMatch(path, Parameter().Replace(Regex.Escape(route).Replace("\\{", "{"), "[^/]+") + "$");

    [GeneratedRegex("""\.Map(?:Get|Post|Put|Delete|Patch)\(\s*"([^"]+)""")]
    private static partial Regex MapCall();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}

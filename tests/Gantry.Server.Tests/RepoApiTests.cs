using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Link;
using Gantry.Server.Content;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Server.Tests;

/// <summary>Repos over HTTP: dstack's shapes, each user's own credentials, sealed.</summary>
public sealed class RepoApiTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Secret = "s3cret-token-of-a-test";
    private static string Repos(string call) => "/api/project/main/repos/" + call;

    [Fact]
    public async Task Init_ThenListAndGet_TellItInDstacksShapes()
    {
        await InitAsync("demo-1", $$"""{"clone_url":"https://host/demo.git","private_key":null,"oauth_token":"{{Secret}}"}""");
        var (_, list) = await server.CallAsync(Repos("list"));
        Assert.Contains("""{"repo_id":"demo-1","repo_info":{"repo_type":"remote","repo_name":"demo"}}""", list, StringComparison.Ordinal);
        Assert.Equal(
            (HttpStatusCode.OK, $$$"""{"repo_id":"demo-1","repo_info":{"repo_type":"remote","repo_name":"demo"},"repo_creds":{"clone_url":"https://host/demo.git","private_key":null,"oauth_token":"{{{Secret}}}"}}"""),
            await server.CallAsync(Repos("get"), """{"repo_id":"demo-1","include_creds":true}"""));
        Assert.Equal(
            (HttpStatusCode.OK, """{"repo_id":"demo-1","repo_info":{"repo_type":"remote","repo_name":"demo"},"repo_creds":null}"""),
            await server.CallAsync(Repos("get"), """{"repo_id":"demo-1","include_creds":false}"""));
    }

    [Fact]
    public async Task Credentials_AreTheirUsersOwn_AndSealed()
    {
        await InitAsync("demo-2", $$"""{"clone_url":"https://host/demo.git","oauth_token":"{{Secret}}"}""");
        var (_, others) = await server.CallAsync(Repos("get"), """{"repo_id":"demo-2","include_creds":true}""", RunningServer.MemberToken);
        Assert.DoesNotContain(Secret, others, StringComparison.Ordinal);
        var stored = server.Ledger.Read(db => db.RepoCredentials.ToList());
        Assert.NotEmpty(stored);
        Assert.All(stored, row => Assert.StartsWith("1:", row.Credentials, StringComparison.Ordinal));
        Assert.All(stored, row => Assert.DoesNotContain("host", row.Credentials, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Init_WithoutCredentials_LeavesThoseThatAreThere()
    {
        await InitAsync("demo-3", $$"""{"clone_url":"https://host/demo.git","oauth_token":"{{Secret}}"}""");
        await InitAsync("demo-3", "null");
        var (_, repo) = await server.CallAsync(Repos("get"), """{"repo_id":"demo-3","include_creds":true}""");
        Assert.Contains(Secret, repo, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Init_WithAUrlThatNobodyCanClone_IsRefused_AndItIsNotRepeated()
    {
        var (status, body) = await server.CallAsync(Repos("init"), """{"repo_id":"demo-4","repo_info":{"repo_type":"remote","repo_name":"demo"},"repo_creds":{"clone_url":"ext::sh -c hunter2"}}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.DoesNotContain("hunter2", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_TakesItsCredentialsAndUploadsAway_AndAnUnknownOneIsNotFound()
    {
        await InitAsync("demo-5", $$"""{"clone_url":"https://host/demo.git","oauth_token":"{{Secret}}"}""");
        Assert.Equal(HttpStatusCode.OK, await UploadAsync("demo-5", "a patch"));
        Assert.Equal((HttpStatusCode.OK, "null"), await server.CallAsync(Repos("delete"), """{"repos_ids":["demo-5"]}"""));
        Assert.Equal(HttpStatusCode.BadRequest, (await server.CallAsync(Repos("get"), """{"repo_id":"demo-5","include_creds":false}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.CallAsync(Repos("delete"), """{"repos_ids":["demo-5"]}""")).Status);
    }

    [Fact]
    public async Task Upload_OfTheSameTwice_IsKeptOnce_AndOfAnUnknownRepoIsRefused()
    {
        await InitAsync("demo-6", "null");
        Assert.Equal(HttpStatusCode.OK, await UploadAsync("demo-6", "the same"));
        Assert.Equal(HttpStatusCode.OK, await UploadAsync("demo-6", "the same"));
        var hash = Convert.ToHexStringLower(SHA256.HashData("the same"u8));
        Assert.Single(server.Ledger.Read(db => db.RepoCodes.Where(code => code.Hash == hash).ToList()));
        Assert.Equal(HttpStatusCode.BadRequest, await UploadAsync("nobody", "x"));
    }

    [Theory]
    [InlineData("nowhere", null, "does not know where to clone it from")]
    [InlineData("demo-7", "0000", "it was not uploaded to the repo demo-7")]
    public async Task Run_OfARepoThatCannotBe_IsRefusedBeforeAnythingIsStored(string repo, string? code, string says)
    {
        await InitAsync("demo-7", """{"clone_url":"https://host/demo.git"}""");
        var (status, body) = await ApplyAsync("refused", repo, code);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(says, body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.CallAsync("/api/project/main/runs/get", """{"run_name":"refused"}""")).Status);
    }

    [Fact]
    public async Task Order_OfARunWithAPasswordInItsUrl_HasItAmongTheCredentialsOnly()
    {
        await InitAsync("demo-8", $$"""{"clone_url":"http://me:{{Secret}}@127.0.0.1:9/demo.git"}""");
        var (status, body) = await ApplyAsync("private", "demo-8", null);
        Assert.True(status == HttpStatusCode.OK, body);
        Assert.DoesNotContain(Secret, body, StringComparison.Ordinal);

        var repos = server.App.Web.Services.GetRequiredService<OrderedRepo>();
        var order = server.Ledger.Read(db =>
        {
            var run = db.Runs.Single(run => run.Name == "private");
            var spec = JobPlanner.Effective(JsonSerializer.Deserialize(run.Spec, ApiJson.Default.RunSpec)!);
            return repos.Of(db, run, spec, RunRepo.Of(spec)!, JobPlanner.Jobs(spec)[0]);
        });
        Assert.Equal(("http://127.0.0.1:9/demo.git", "main", new RepoCredentials("me", Secret)), (order.CloneUrl, order.Branch, order.Credentials));
        Assert.DoesNotContain(Secret, order.ToString(), StringComparison.Ordinal);
        await server.CallAsync("/api/project/main/runs/stop", """{"runs_names":["private"],"abort":true}""");
    }

    private Task<(HttpStatusCode Status, string Body)> ApplyAsync(string run, string repo, string? code)
    {
        var data = """{"repo_type":"remote","repo_name":"demo","repo_branch":"main","repo_hash":null}""";
        var configuration = """{"type":"task","commands":["true"],"repos":[{"local_path":".","path":"."}]}""";
        return server.CallAsync(
            "/api/project/main/runs/apply",
            $$$"""{"plan":{"run_spec":{"run_name":"{{{run}}}","repo_id":"{{{repo}}}","repo_data":{{{data}}},"repo_code_hash":{{{(code is null ? "null" : $"\"{code}\"")}}},"repo_dir":".","configuration":{{{configuration}}} } } }""");
    }

    private async Task InitAsync(string id, string credentials) => Assert.Equal(
        (HttpStatusCode.OK, "null"),
        await server.CallAsync(Repos("init"), $$"""{"repo_id":"{{id}}","repo_info":{"repo_type":"remote","repo_name":"demo"},"repo_creds":{{credentials}} }"""));

    private async Task<HttpStatusCode> UploadAsync(string repo, string content)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{server.App.Url}{Repos("upload_code")}?repo_id={repo}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", RunningServer.AdminToken);
        request.Content = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(content)), "file", "code" } };
        using var reply = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return reply.StatusCode;
    }
}

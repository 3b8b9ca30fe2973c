using System.Net;
using Gantry.Server.Auth;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Server.Tests;

/// <summary>Walks every endpoint that the server has, as every kind of caller.</summary>
public sealed class EndpointAccessTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly string[] Tokens = [RunningServer.AdminToken, RunningServer.MemberToken, RunningServer.OutsiderToken];

    private List<RouteEndpoint> Endpoints => [.. server.App.Web.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()];

    [Fact]
    public void EveryEndpoint_SaysWhoMayCallIt()
    {
        var unmarked = Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<AccessMark>() is null).Select(endpoint => endpoint.RoutePattern.RawText);
        Assert.NotEmpty(Endpoints);
        Assert.Empty(unmarked);
    }

    [Fact]
    public async Task EveryEndpoint_WithoutToken_AnswersOnlyWhatAnyoneMayRead()
    {
        foreach (var endpoint in Endpoints)
        {
            var (status, body) = await CallAsync(endpoint, token: null);
            if (Access(endpoint) == Auth.Access.Anyone)
                Assert.Equal(HttpStatusCode.OK, status);
            else
                Assert.Equal((HttpStatusCode.Unauthorized, """{"detail":"Not authenticated"}"""), (status, body));
        }
    }

    [Theory]
    [InlineData("no such token")]
    [InlineData(RunningServer.InactiveToken)]
    public async Task EveryEndpoint_WithBadToken_IsRefused(string token)
    {
        foreach (var endpoint in Endpoints.Where(endpoint => Access(endpoint) != Auth.Access.Anyone))
            Assert.Equal((HttpStatusCode.Forbidden, """{"detail":{"msg":"Invalid token","code":null}}"""), await CallAsync(endpoint, token));
    }

    [Fact]
    public async Task EveryEndpoint_ByRole_LetsInWhoMay()
    {
        foreach (var endpoint in Endpoints)
        {
            foreach (var token in Tokens)
            {
                var (status, body) = await CallAsync(endpoint, token);
                var isRefused = status == HttpStatusCode.Forbidden && body.Contains("Access denied", StringComparison.Ordinal);
                Assert.True(isRefused != MayCall(Access(endpoint), token), $"{endpoint.RoutePattern.RawText} as {token}: {status} {body}");
                Assert.NotEqual(HttpStatusCode.InternalServerError, status);
            }
        }
    }

    [Fact]
    public async Task ProjectEndpoints_OfNoProject_AreNotFound()
    {
        foreach (var endpoint in Endpoints.Where(endpoint => endpoint.RoutePattern.RawText!.Contains("{project_name}", StringComparison.Ordinal)))
            Assert.Equal(HttpStatusCode.NotFound, (await CallAsync(endpoint, RunningServer.AdminToken, project: "nope")).Status);
    }

    private static bool MayCall(Access access, string token) => token switch
    {
        RunningServer.AdminToken => true,
        RunningServer.MemberToken => access != Auth.Access.GlobalAdmin,
        _ => access is Auth.Access.Anyone or Auth.Access.User,
    };

    private static Access Access(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<AccessMark>()!.Access;

    private Task<(HttpStatusCode Status, string Body)> CallAsync(RouteEndpoint endpoint, string? token, string project = "main")
    {
        var path = endpoint.RoutePattern.RawText!.Replace("{project_name}", project, StringComparison.Ordinal).Replace("{run_name}", "no-such-run", StringComparison.Ordinal);
        var method = new HttpMethod(endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]);
        return server.CallAsync(path, token: token, method: method);
    }
}

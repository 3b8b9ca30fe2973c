using System.Net;
using Gantry.Server.Auth;

namespace Gantry.Server.Tests;

/// <summary>What is kept of users, projects and members never outlives a change of them.</summary>
public sealed class AccessLookupTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task User_DeactivatedAfterACall_IsRefusedAtTheNext()
    {
        Assert.Equal(HttpStatusCode.OK, (await ListAsync(RunningServer.OutsiderToken)).Status);

        await server.Ledger.CommitAsync((db, _) => db.Users.Single(user => user.Name == "outsider").Active = false, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, (await ListAsync(RunningServer.OutsiderToken)).Status);
    }

    [Fact]
    public async Task Member_RemovedAfterACall_IsRefusedAtTheNext()
    {
        Assert.Equal(HttpStatusCode.OK, (await GetProjectAsync(RunningServer.MemberToken)).Status);

        await server.Ledger.CommitAsync((db, _) =>
        {
            var user = db.Users.Single(user => user.Name == "member");
            db.Members.Remove(db.Members.Single(member => member.UserId == user.Id));
        }, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, (await GetProjectAsync(RunningServer.MemberToken)).Status);
    }

    [Fact]
    public async Task Token_ReplacedAfterACall_NoLongerOpensAnything()
    {
        Assert.Equal(HttpStatusCode.OK, (await ListAsync(RunningServer.AdminToken)).Status);

        await SetAdminTokenAsync("another-token");

        Assert.Equal(HttpStatusCode.Forbidden, (await ListAsync(RunningServer.AdminToken)).Status);
        Assert.Equal(HttpStatusCode.OK, (await ListAsync("another-token")).Status);
        await SetAdminTokenAsync(RunningServer.AdminToken);
    }

    private Task<string> SetAdminTokenAsync(string token) =>
        server.Ledger.CommitAsync((db, _) => db.Users.Single(user => user.Name == "admin").TokenHash = Caller.Hash(token));

    private Task<(HttpStatusCode Status, string Body)> ListAsync(string token) => server.CallAsync("/api/runs/list", token: token);

    private Task<(HttpStatusCode Status, string Body)> GetProjectAsync(string token) => server.CallAsync("/api/projects/main/get", token: token);
}

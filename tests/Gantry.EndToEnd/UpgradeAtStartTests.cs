using System.Net;

namespace Gantry.EndToEnd;

/// <summary>A server whose database cannot be brought to its schema serves nothing: it ends with a status of its own, or holds and tells why.</summary>
public sealed class UpgradeAtStartTests : EndToEndTest
{
    private const int UpgradeFailed = 5;

    [Fact]
    public async Task Start_HistoryEdited_EndsWithItsOwnStatusAndChangesNothing()
    {
        await EditHistory();
        var before = await File.ReadAllBytesAsync(Home.DatabasePath, TestContext.Current.CancellationToken);

        var result = await Home.Gantry("server", "--port", "0");

        Assert.Equal(UpgradeFailed, result.ExitCode);
        Assert.Contains("0001_initial", result.Error, StringComparison.Ordinal);
        Assert.Contains("must not be edited", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Home.DatabasePath, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Start_HistoryEditedWithHold_StaysUpUnreadyAndTellsWhy()
    {
        await EditHistory();

        using var server = Home.Start("server", "--port", "0", "--hold");
        await Deadline.Until("a server that holds", () => Home.ServerPid is not null);

        var health = await Home.Api.Send(HttpMethod.Get, "/healthz", token: "");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.Status);
        Assert.Equal("held", (string?)health.Body!["status"]);
        Assert.Contains("must not be edited", (string?)health.Body["message"], StringComparison.Ordinal);
        foreach (var path in new[] { "/readyz", "/healthcheck", "/api/projects/list", "/no/such/path" })
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Home.Api.Send(HttpMethod.Get, path, token: "")).Status);
        var ps = await Home.Gantry("ps");
        Assert.NotEqual(0, ps.ExitCode);
        Assert.Contains("could not be upgraded", ps.Error, StringComparison.Ordinal);

        server.Signal(Processes.Terminate);
        Assert.Equal(UpgradeFailed, (await server.Result()).ExitCode);
    }

    [Fact]
    public async Task Start_UpgradeNever_RefusesAnEmptyDatabaseAndNamesTheCommand()
    {
        var result = await Home.Gantry("server", "--port", "0", "--upgrade", "never");

        Assert.Equal(UpgradeFailed, result.ExitCode);
        Assert.Contains("gantry db upgrade", result.Error, StringComparison.Ordinal);
    }

    private async Task EditHistory()
    {
        await Home.StartServer();
        await Home.StopServer();
        new Database(Home).Execute("UPDATE gantry_migrations SET checksum = 'edited' WHERE revision = 1");
    }
}

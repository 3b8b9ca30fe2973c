namespace Gantry.EndToEnd;

/// <summary>The two commands of the README, as a user types them.</summary>
public sealed class HelloTests : EndToEndTest
{
    [Fact]
    public async Task Apply_FirstUse_StartsTheServerAndRunsTheTaskToItsEnd()
    {
        using var apply = Home.StartProgram(Path.Combine(Checkout.Root, "gantry"), ["apply", "-f", Checkout.Example("hello"), "-y"]);
        var result = await apply.Result();

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("Hello", result.Output, StringComparison.OrdinalIgnoreCase);
        Assert.NotNull(Home.ServerPid);
        // One line says that a server was started, and that it stays.
        Assert.Single(result.Error.Split('\n'), line => line.Contains("server", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Apply_SecondUse_SaysNothingOfTheServer()
    {
        await Home.StartServer();
        var pid = Home.ServerPid;

        var result = await Home.GantryOk("apply", "-f", Checkout.Example("hello"), "-y");

        Assert.DoesNotContain(result.Error.Split('\n'), line => line.Contains("server", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(pid, Home.ServerPid);
    }

    [Fact]
    public async Task Server_InTheForeground_ShowsUrlAndTokenOnceAndEndsOnSigterm()
    {
        using var first = Home.Start("server", "--port", "0");
        await first.UntilOutput("http://127.0.0.1:");
        await Deadline.Until("a server that listens", () => Home.ServerPid is not null);
        await Deadline.Until("the token", () => first.Output.Contains(Home.AdminToken, StringComparison.Ordinal));
        Assert.Equal("running", (string?)(await Home.Api.Send(HttpMethod.Get, "/healthcheck", token: "")).Body!["status"]);

        first.Signal(Processes.Terminate);
        Assert.Equal(0, (await first.Result()).ExitCode);

        using var second = Home.Start("server", "--port", "0");
        await second.UntilOutput("http://127.0.0.1:");
        await Deadline.Until("a server that listens", () => Home.ServerPid is not null);
        second.Signal(Processes.Interrupt);
        var result = await second.Result();
        Assert.DoesNotContain(Home.AdminToken, result.Everything, StringComparison.Ordinal);
    }
}

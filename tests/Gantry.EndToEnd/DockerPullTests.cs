using System.Net;
using System.Net.Sockets;

namespace Gantry.EndToEnd;

/// <summary>Images that have to be fetched, from a real registry on loopback.</summary>
public sealed class DockerPullTests(DockerDaemon docker) : DockerTest(docker)
{
    [Fact]
    public async Task Registry_WithPassword_LetsInWhoKnowsItAndTellsNobody()
    {
        Assert.SkipUnless(Registry.IsPossible, Registry.Needs);
        var (registry, image) = await Registry.StartAsync(Docker, DockerDaemon.Tools);
        await using var ends = registry;

        using var stranger = Home.Apply("stranger", ["true"], $"image: {image}");
        var refused = await stranger.Result();
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains($"The image {image} could not be fetched", refused.Error, StringComparison.Ordinal);
        Assert.Contains("registry_auth", refused.Error, StringComparison.Ordinal);

        var gate = new Gate(Home, "friend");
        await Home.Submit("friend", gate.Commands(), Image($"registry_auth: {{username: {Registry.User}, password: {Registry.Password}}}").Replace("image: tools", $"image: {image}", StringComparison.Ordinal));
        await gate.UntilReached();

        var known = Directory.GetFiles(Home.AgentDirectory, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Where(file => !file.EndsWith(".sock", StringComparison.Ordinal) && (File.GetUnixFileMode(file) & UnixFileMode.UserRead) != 0 && new FileInfo(file).Length > 0)
            .Where(file => File.ReadAllText(file).Contains(Registry.Password, StringComparison.Ordinal));
        Assert.Empty(known);
        Assert.DoesNotContain(Registry.Password, Home.Logs(), StringComparison.Ordinal);
        gate.Open();
        await Home.Api.UntilRun("friend", "done");
        Docker.Docker("rmi", image);
    }

    [Fact]
    public async Task Image_ThatIsNowhere_FailsTheRunAndSaysWhatToDo()
    {
        using var apply = Home.Apply("nowhere", ["true"], "image: 127.0.0.1:9/nobody/nothing");
        var result = await apply.Result();

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("The image 127.0.0.1:9/nobody/nothing could not be fetched", result.Error, StringComparison.Ordinal);
        Assert.Contains("The job was not started. Check the image's name", result.Error, StringComparison.Ordinal);
        Assert.Equal("executor_error", (string?)ServerApi.Submission(await Home.Api.UntilRun("nowhere", "failed"))!["termination_reason"]);
    }

    [Fact]
    public async Task Registry_ThatNeverAnswers_IsShownAsPullingAndCanBeStopped()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await Home.Submit("waits", ["true"], $"image: 127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/never");
        await UntilPulling("waits");
        var agent = Home.AgentPid;

        await Home.KillAgent();
        await Deadline.Until("a new agent", () => Home.AgentPid is { } pid && pid != agent);
        await UntilPulling("waits");
        Assert.Contains("pulling", (await Home.GantryOk("ps")).Output, StringComparison.Ordinal);
        await Home.GantryOk("stop", "waits", "-y");

        var run = await Home.Api.UntilRun("waits", "terminated");
        Assert.Equal("terminated_by_user", (string?)ServerApi.Submission(run)!["termination_reason"]);
        Assert.Empty(Docker.Containers("waits"));
    }

    private Task UntilPulling(string run) => Deadline.Until(
        $"run {run} to fetch its image", async () => await Home.Api.Run(run) is { } found && (string?)ServerApi.Submission(found)!["status"] == "pulling");
}

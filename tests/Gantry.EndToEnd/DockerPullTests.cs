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
    public async Task Image_OnItsWay_ShowsHowFarItIs()
    {
        Assert.SkipUnless(Registry.IsPossible, Registry.Needs);
        const int megabytes = 9;
        var noise = new byte[megabytes * 1_000_000];
        new Random(1).NextBytes(noise);
        Docker.Import("large", root => File.WriteAllBytes(Path.Combine(root, "noise"), noise));
        var (registry, image) = await Registry.StartAsync(Docker, "large");
        await using var ends = registry;
        // The last name of its layer here: what Docker has, it does not fetch.
        Docker.Docker("rmi", "large");
        // Slow enough to be looked at: the agent tells it once a second.
        await using var way = new SlowWay("127.0.0.1", int.Parse(registry.Address.Split(':')[1]), bytesPerSecond: 3_000_000);
        var keys = $"image: {image.Replace(registry.Address, $"127.0.0.1:{way.Port}", StringComparison.Ordinal)}\nregistry_auth: {{username: {Registry.User}, password: {Registry.Password}}}\nentrypoint: /none";

        await Home.StartServer();
        using var apply = Home.Start("apply", "-f", WriteImageTask("large", keys), "-y");
        var submission = await Deadline.Until("progress", async () => await Home.Api.Run("large") is { } run && ServerApi.Submission(run) is { } found && found["image_pull_progress"] is not null ? found : null);
        var listed = (await Home.GantryOk("ps", "-v")).Output;
        var applied = await apply.Result();

        var progress = submission["image_pull_progress"]!;
        Assert.InRange((long)progress["total_bytes"]!, megabytes * 1_000_000, (megabytes + 1) * 1_000_000);
        Assert.InRange((long)progress["downloaded_bytes"]!, 1, (long)progress["total_bytes"]!);
        Assert.True((bool)progress["is_total_bytes_final"]!);
        Assert.Matches($"pulling [0-9]+ of {megabytes} MB \\([0-9]+ %\\)", listed);
        Assert.Matches($"large pulling [0-9]+ of {megabytes} MB \\([0-9]+ %\\)\n", applied.Error);
        Assert.Null(ServerApi.Submission((await Home.Api.Run("large"))!)!["image_pull_progress"]);
        Docker.Docker("rmi", keys.Split('\n')[0]["image: ".Length..]);
    }

    [Fact]
    public async Task Registry_ThatSendsNothingForLong_IsGivenUp_AndThePolicyOfTheRunCounts()
    {
        Home.Environment["GANTRY_PULL_PATIENCE"] = "1";
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await Home.Submit("tries", ["true"], $"image: 127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/never\nretry: {{on_events: [error], duration: 1h}}");

        var run = await Deadline.Until("the wait for a second attempt", async () => await Home.Api.Run("tries") is { } found && (string?)found["status_message"] == "retrying" ? found : null);

        var first = run["jobs"]![0]!["job_submissions"]!.AsArray()[0]!;
        Assert.Equal("executor_error", (string?)first["termination_reason"]);
        Assert.Contains("/never could not be fetched: its registry sent nothing for 1 seconds. The job was not started.", (string?)first["termination_reason_message"], StringComparison.Ordinal);
        await Home.GantryOk("stop", "tries", "-y");
        await Home.Api.UntilRun("tries", "terminated");
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

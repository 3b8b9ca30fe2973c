namespace Gantry.EndToEnd;

/// <summary><c>files</c> of a task that runs in a container.</summary>
public sealed class DockerFilesTests(DockerDaemon docker) : DockerTest(docker)
{
    [Fact]
    public async Task Files_InAContainer_AreThereAndItsUsersOwn()
    {
        var data = Directory.CreateDirectory(Path.Combine(Home.Work, "data")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "a.txt"), "inside", TestContext.Current.CancellationToken);
        var file = Home.WriteTask(
            "carries", ["cat there/a.txt /abs/a.txt; stat -c %u:%g there/a.txt; echo more >> there/a.txt; tail -n 1 there/a.txt"],
            $"image: {DockerDaemon.Tools}\nuser: \"1000:1000\"\nworking_dir: /tmp/w\nfiles: [\"data:there\", \"data:/abs\"]");

        var result = await Home.Gantry("apply", "-f", file, "-y");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal("insideinside1000:1000\ninsidemore\n", result.Output);
        await UntilRemoved("carries");
    }
}

using Gantry.Testing;

namespace Gantry.EndToEnd;

/// <summary>A repo in a container whose image has no git.</summary>
public sealed class DockerReposTests(DockerDaemon docker) : DockerTest(docker)
{
    [Fact]
    public async Task Repo_InAContainerWithoutGit_IsItsUsersOwn_WithTheLocalChanges()
    {
        var git = new GitFolder(Home.Work);
        using var server = new GitHttpServer(git.Served);
        git.PointTo(server.Url("demo.git"));
        git.Write("README", "changed\n");
        var file = Home.WriteTask(
            "cloned", ["touch mine; cat README; stat -c %u:%g README .git; readlink link; sh bin/run.sh; echo \"$DSTACK_REPO_DIR\""],
            $"image: {DockerDaemon.Tools}\nuser: \"1000:1000\"\nworking_dir: /tmp/w\nrepos: [demo]");

        var result = await Home.Gantry("apply", "-f", file, "-y");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal("changed\n1000:1000\n1000:1000\nREADME\nran\n/tmp/w\n", result.Output);
        await UntilRemoved("cloned");
    }

    [Fact]
    public async Task Repo_WhereTheImageHasFiles_StopsTheRun()
    {
        var git = new GitFolder(Home.Work);
        using var server = new GitHttpServer(git.Served);
        var result = await Home.Gantry("apply", "-f", Home.WriteTask("full", ["true"], $"image: {DockerDaemon.Tools}\nrepos: [\"{server.Url("demo.git")}\"]"), "-y");
        Assert.Contains("The repo goes to /, and that is not empty.", result.Error, StringComparison.Ordinal);
        await UntilRemoved("full");
    }
}

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
    public async Task RepoAndVolume_InOneContainer_AreBothInItsDirectory()
    {
        var git = new GitFolder(Home.Work);
        using var server = new GitHttpServer(git.Served);
        git.PointTo(server.Url("demo.git"));
        git.Write("README", "changed\n");
        await Home.GantryOk("apply", "-f", Home.Write("kept", "type: volume\nname: kept\n"), "-y");
        var file = Home.WriteTask(
            "both-boxed", ["cat README; echo \"$DSTACK_RUN_NAME\" >> data/runs; wc -l < data/runs; ls -A; pwd"], $"image: {DockerDaemon.Tools}\nworking_dir: /w\nrepos: [demo]\nvolumes: [\"kept:./data\"]");

        const string rest = ".git\nREADME\nbin\ndata\nlink\n/w\n";
        Assert.Equal($"changed\n1\n{rest}", (await Home.GantryOk("apply", "-f", file, "-y")).Output);
        Assert.Equal($"changed\n2\n{rest}", (await Home.GantryOk("apply", "-f", file, "-y")).Output);

        // What the repo has at the volume's place is not hidden by it, and what is in the volume is not touched by it; nor by a file that is to go there.
        git.Write("data", "a file\n");
        var refused = await Home.Gantry("apply", "-f", file, "-y");
        Assert.Contains("The repo has something at /w/data, where a volume is to be", refused.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(Home.Work, "a.txt"), "a file\n", TestContext.Current.CancellationToken);
        var replacing = await Home.Gantry("apply", "-f", Home.WriteTask("replaces", ["true"], $"image: {DockerDaemon.Tools}\nfiles: [\"a.txt:/kept\"]\nvolumes: [\"kept:/kept\"]"), "-y");
        Assert.NotEqual(0, replacing.ExitCode);
        var reading = await Home.GantryOk("apply", "-f", Home.WriteTask("reads-kept", ["cat /kept/runs"], $"image: {DockerDaemon.Tools}\nvolumes: [\"kept:/kept\"]"), "-y");
        Assert.Equal("both-boxed\nboth-boxed\n", reading.Output);
        await UntilRemoved("both-boxed");
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

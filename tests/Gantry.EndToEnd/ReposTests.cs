using Gantry.Testing;

namespace Gantry.EndToEnd;

/// <summary><c>repos</c> of runs that run as processes, with the real git: from the user's clone to the job's.</summary>
public sealed class ReposTests : EndToEndTest
{
    [Fact]
    public async Task Clone_WithLocalChanges_IsInTheJobWhatItIsForTheUser()
    {
        var git = new GitFolder(Home.Work);
        var pushed = git.Head;
        git.Write(".gitignore", "*.log\n");
        git.Commit("Not pushed");
        git.Write("README", "changed\n");
        git.Write("new.txt", "new\n");
        git.Write("x.log", "ignored\n");
        File.Delete(Path.Combine(git.Clone, "link"));
        var file = Home.WriteTask("cloned", ["cat README new.txt; ls -A; git log --format=%H -1; git config user.name; echo \"$DSTACK_REPO_DIR\"; pwd"], "repos: [demo]");

        var result = await Home.GantryOk("apply", "-f", file, "-y");

        var lines = result.Output.Split('\n');
        Assert.Equal(["changed", "new", ".git", ".gitignore", "README", "bin", "new.txt", pushed, "A User"], lines[..9]);
        Assert.Equal(lines[9], lines[10]);
        // Nothing but the clone is in the agent's way afterwards.
        Assert.Empty(Directory.GetDirectories(Path.Combine(Home.AgentDirectory, "jobs"), "repo", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task PrivateRepo_IsClonedWithItsUsersToken_WhichIsNowhereInTheClear()
    {
        const string Token = "s3cret-token-of-a-test";
        var git = new GitFolder(Home.Work);
        using var server = new GitHttpServer(git.Served, "oauth2", Token);
        var file = Home.WriteTask("private", ["cat code/README; git -C code remote get-url origin"], $"repos: [\"{server.Url("demo.git")}:code\"]");

        var before = await Home.Gantry("apply", "-f", file, "-y");
        var init = await Home.Gantry("init", "-P", server.Url("demo.git"), "-t", "wr0ng");
        await Home.GantryOk("init", "-P", server.Url("demo.git"), "-t", Token);
        var result = await Home.GantryOk("apply", "-f", file, "-y");

        Assert.Equal(125, before.ExitCode);
        Assert.Contains("`gantry init --token TOKEN`", before.Error, StringComparison.Ordinal);
        Assert.Equal(1, init.ExitCode);
        Assert.DoesNotContain("wr0ng", init.Error, StringComparison.Ordinal);
        Assert.Equal($"first\n{server.Url("demo.git")}\n", result.Output);
        // A file that vanishes while it is searched makes it 2: nobody may write there any more.
        await Home.StopServer();
        await Home.KillAgent();
        var found = await Home.StartProgram("grep", ["-rlF", "--devices=skip", Token, Home.Directory]).Result();
        Assert.True(found.ExitCode == 1, found.ToString());
    }

    [Fact]
    public async Task RepoAndVolume_InOneJob_AreBothInItsDirectory()
    {
        var git = new GitFolder(Home.Work);
        git.Write(".gitignore", "/data\n");
        await Home.GantryOk("apply", "-f", Home.Write("kept", "type: volume\nname: kept\n"), "-y");
        var file = Home.WriteTask(
            "both", ["cat README; echo \"$DSTACK_RUN_NAME\" >> data/runs; wc -l < data/runs; git status --short; [ \"$DSTACK_REPO_DIR\" = \"$PWD\" ]"], "repos: [demo]\nvolumes: [\"kept:./data\"]");

        Assert.Equal("first\n1\n?? .gitignore\n", (await Home.GantryOk("apply", "-f", file, "-y")).Output);
        Assert.Equal("first\n2\n?? .gitignore\n", (await Home.GantryOk("apply", "-f", file, "-y")).Output);

        // What the repo has at the volume's place is not hidden by it.
        git.Write("sets/one", "mine\n");
        var refused = await Home.Gantry("apply", "-f", Home.WriteTask("clash", ["true"], "repos: [demo]\nvolumes: [\"kept:./sets\"]"), "-y");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("there is something else already", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_LargerThanTheLimit_AreRefusedBeforeAnythingIsSubmitted()
    {
        Home.Environment["DSTACK_SERVER_CODE_UPLOAD_LIMIT"] = "100000";
        var git = new GitFolder(Home.Work);
        var big = new byte[200_000];
        new Random(3).NextBytes(big);
        await File.WriteAllBytesAsync(Path.Combine(git.Clone, "big.bin"), big, TestContext.Current.CancellationToken);
        var result = await Home.Gantry("apply", "-f", Home.WriteTask("big", ["true"], "repos: [demo]"), "-y");
        Assert.Equal(122, result.ExitCode);
        Assert.Contains("repos: demo: What is uploaded of the repo is larger than the 100,000 bytes", result.Error, StringComparison.Ordinal);
        Assert.Null(await Home.Api.Run("big"));
    }

    [Fact]
    public async Task Place_ThatIsNotEmpty_StopsTheRun_UnlessItIsToBeSkipped()
    {
        _ = new GitFolder(Home.Work);
        var place = Directory.CreateDirectory(Path.Combine(Home.Work, "place")).FullName;
        await File.WriteAllTextAsync(Path.Combine(place, "mine"), "mine\n", TestContext.Current.CancellationToken);

        var stopped = await Home.Gantry("apply", "-f", Home.WriteTask("taken", ["ls"], $"repos: [\"demo:{place}\"]"), "-y");
        var skipped = await Home.GantryOk("apply", "-f", Home.WriteTask("left", [$"ls {place}"], $"repos:\n  - local_path: demo\n    path: {place}\n    if_exists: skip"), "-y");

        Assert.Contains($"The repo goes to {place}, and that is not empty.", stopped.Error, StringComparison.Ordinal);
        Assert.Equal("mine\n", skipped.Output);
    }

    [Fact]
    public async Task Directory_ThatIsNoClone_GoesAsItIs_AndMissingOnesAreNamed()
    {
        Directory.CreateDirectory(Path.Combine(Home.Work, "plain"));
        await File.WriteAllTextAsync(Path.Combine(Home.Work, "plain", "a.txt"), "plain\n", TestContext.Current.CancellationToken);
        var result = await Home.GantryOk("apply", "-f", Home.WriteTask("plain", ["cat here/a.txt; ls here"], "repos: [\"plain:here\"]"), "-y");
        Assert.Equal("plain\na.txt\n", result.Output);

        var missing = await Home.Gantry("apply", "-f", Home.WriteTask("lacks", ["true"], "repos: [nowhere]"), "-y");
        Assert.Equal(121, missing.ExitCode);
        Assert.Contains("repos: nowhere: there is no directory", missing.Error, StringComparison.Ordinal);
    }
}

namespace Gantry.EndToEnd;

/// <summary><c>files</c> of a task that runs as a process, from the command's disk to the job's.</summary>
public sealed class FilesTests : EndToEndTest
{
    [Fact]
    public async Task Files_DirectoryAndFile_AreThereWhenTheJobStarts()
    {
        Put("data/sub/a.txt", "first");
        Put("data/skipped.log", "x");
        Put("data/.gitignore", "*.log\n");
        Put("run.sh", "echo ran");
        var file = Home.WriteTask("brings", ["cat there/sub/a.txt; ls -A there; sh run.sh; ls -A"], "files:\n  - data:there\n  - run.sh");

        var result = await Home.GantryOk("apply", "-f", file, "-y");

        Assert.Equal("first.gitignore\nsub\nran\nrun.sh\nthere\n", result.Output);
    }

    [Fact]
    public async Task Files_AppliedAgain_AreUploadedOnce()
    {
        Put("data/a.txt", "same");
        var file = Home.WriteTask("twice", ["cat data/a.txt"], "files: [data]");
        await Home.GantryOk("apply", "-f", file, "-y");
        var before = Blobs();
        await Home.GantryOk("apply", "-f", file, "-y");
        Assert.Equal(before, Blobs());
        Assert.Single(before);

        Put("data/a.txt", "other");
        var result = await Home.GantryOk("apply", "-f", file, "-y");
        Assert.Equal("other", result.Output);
        Assert.Equal(2, Blobs().Length);
    }

    [Fact]
    public async Task Files_ThatAreMissing_AreAllNamedAndNothingIsSubmitted()
    {
        var file = Home.WriteTask("lacks", ["true"], "files: [one, ./two]");
        var result = await Home.Gantry("apply", "-f", file, "-y");
        Assert.Equal(121, result.ExitCode);
        Assert.Contains("files: one:", result.Error, StringComparison.Ordinal);
        Assert.Contains("files: ./two:", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_LargerThanTheLimit_AreRefusedBeforeAnythingIsSubmitted()
    {
        Home.Environment["DSTACK_SERVER_CODE_UPLOAD_LIMIT"] = "100000";
        await File.WriteAllBytesAsync(Path.Combine(Home.Work, "big.bin"), new byte[200_000], TestContext.Current.CancellationToken);
        var file = Home.WriteTask("big", ["true"], "files: [big.bin]");

        var result = await Home.Gantry("apply", "-f", file, "-y");

        Assert.Equal(122, result.ExitCode);
        Assert.Contains("files: big.bin: The archive is larger than the 100,000 bytes", result.Error, StringComparison.Ordinal);
        Assert.Contains("DSTACK_SERVER_CODE_UPLOAD_LIMIT", result.Error, StringComparison.Ordinal);
        Assert.Null(await Home.Api.Run("big"));
    }

    [Fact]
    public async Task Files_UploadedBeforeTheServerWasKilled_AreStillThere()
    {
        Put("data/a.txt", "kept");
        await Home.Submit("first", ["true"], "files: [data]");
        await Home.KillServer();
        var file = Home.WriteTask("second", ["cat data/a.txt"], "files: [data]");
        var result = await Home.GantryOk("apply", "-f", file, "-y");
        Assert.Equal("kept", result.Output);
    }

    private string[] Blobs() => [.. Directory.GetFiles(Path.Combine(Home.Directory, "server", "blobs"), "*", SearchOption.AllDirectories).Order()];

    private void Put(string path, string content)
    {
        var full = Path.Combine(Home.Work, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }
}

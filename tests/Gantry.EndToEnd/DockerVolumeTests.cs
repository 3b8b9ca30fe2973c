namespace Gantry.EndToEnd;

/// <summary>Volumes in containers.</summary>
public sealed class DockerVolumeTests(DockerDaemon docker) : DockerTest(docker)
{
    [Fact]
    public async Task Volume_OfContainers_IsKeptFromRunToRun_WhoeverTheirUserIs()
    {
        await Home.GantryOk("apply", "-f", Home.Write("data", "type: volume\nname: data\n"), "-y");
        var sets = Directory.CreateDirectory(Path.Combine(Home.Work, "sets")).FullName;
        await File.WriteAllTextAsync(Path.Combine(sets, "set"), "training\n", TestContext.Current.CancellationToken);
        await Home.GantryOk("apply", "-f", Home.Write("sets", $"type: volume\nname: sets\npath: {sets}\naccess: read-only\n"), "-y");

        using var writes = Home.Apply("writes", ["id -u > /data/file", "cat /sets/set"], "image: tools\nuser: app\nvolumes: [\"data:/data\", \"sets:/sets\"]");
        Assert.Equal("training\n", (await writes.Result()).Output);
        using var reads = Home.Apply("reads", ["cat data/file", "pwd", "echo more > /sets/set"], "image: tools\nworking_dir: /work\nvolumes: [\"data:./data\", \"sets:/sets\"]");
        var result = await reads.Result();
        Assert.NotEqual(0, result.ExitCode);
        Assert.StartsWith("1000\n/work\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("Read-only file system", result.Output, StringComparison.Ordinal);

        // Without an image the same volume is a process's, too; what may only be read is not.
        using var process = Home.Apply("process", ["cat data/file"], "volumes: [\"data:./data\"]");
        Assert.Equal("1000\n", (await process.Result()).Output);
        var refused = await Home.Gantry("apply", "-f", Home.WriteTask("process-reads", ["cat sets/set"], "volumes: [\"sets:./sets\"]"), "-y");
        Assert.Contains("cannot be kept from writing to the volume sets", refused.Error + refused.Output, StringComparison.Ordinal);

        await Home.GantryOk("volume", "delete", "data", "sets", "-y");
        Assert.Equal("training\n", await File.ReadAllTextAsync(Path.Combine(sets, "set"), TestContext.Current.CancellationToken));
        Assert.Empty(Directory.GetDirectories(Path.Combine(Home.Directory, "volumes")));
        await UntilRemoved("writes");
        await UntilRemoved("reads");
    }
}

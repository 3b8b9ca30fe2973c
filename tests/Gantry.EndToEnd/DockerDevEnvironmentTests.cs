namespace Gantry.EndToEnd;

/// <summary>Dev environments in containers: of an image with a shell and nothing more, and of one without.</summary>
public sealed class DockerDevEnvironmentTests(DockerDaemon docker) : DockerTest(docker)
{
    [Fact]
    public async Task InAnImageWithAShell_StaysUp_AndItsLinkNamesItsDirectory()
    {
        Home.Environment["HOME"] = Home.Directory;
        var file = Home.Write("edited", $"type: dev-environment\nname: edited\nide: zed\nimage: {DockerDaemon.Tools}\nworking_dir: /tmp/here\ninit:\n  - echo made > ready\n");

        using var apply = Home.Start("apply", "-f", file, "-y");
        await Deadline.Until("the words of the attachment", () => apply.Error.Contains("use: ssh edited", StringComparison.Ordinal));

        Assert.Contains("To open in Zed, use: zed://ssh/edited/tmp/here\n", apply.Error, StringComparison.Ordinal);
        var shell = await Home.StartProgram("ssh", ["-F", Path.Combine(Home.Directory, "ssh", "config"), "edited", "until [ -e ready ]; do :; done; cat ready"]).Result();
        Assert.Equal("made\n", shell.Output);
        await Home.GantryOk("stop", "edited", "-y");
        await apply.Result();
        await Home.Api.UntilRun("edited", "terminated");
        await UntilRemoved("edited");
    }

    [Fact]
    public async Task InAnImageWithoutAShell_FailsAndSaysSo()
    {
        var file = Home.Write("bare", $"type: dev-environment\nname: bare\nimage: {DockerDaemon.Bare}\n");
        await Home.GantryOk("apply", "-f", file, "-y", "-d");
        var run = await Home.Api.UntilRun("bare", "failed");
        Assert.Contains($"The image {DockerDaemon.Bare} has no /bin/sh", (string?)run["error"], StringComparison.Ordinal);
        await UntilRemoved("bare");
    }
}

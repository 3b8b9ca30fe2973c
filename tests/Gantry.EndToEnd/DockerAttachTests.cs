namespace Gantry.EndToEnd;

/// <summary>The same into containers: of an image that has a shell and nothing more.</summary>
public sealed class DockerAttachTests(DockerDaemon docker) : DockerTest(docker)
{
    [Fact]
    public async Task Exec_RunsInTheContainer_WithAndWithoutATerminal()
    {
        await Home.Submit("boxed", ["echo up > /tmp/up; exec sleep 600"], Image("env: [\"WORD=two words\"]"));
        await Home.Api.UntilRun("boxed", "running");

        var plain = await Home.Gantry("exec", "boxed", "--", "sh", "-c", "until [ -e /tmp/up ]; do :; done; echo \"$WORD\"; cat /tmp/up; echo complaint >&2; exit 7");
        using var terminal = Home.StartProgram("script", ["-qefc", $"stty cols 100 rows 40; '{Home.BuildFolder}/gantry' exec boxed -- sh -c 'test -t 0 && echo on a terminal; until stty size | grep 40; do :; done; exit 8'", "/dev/null"]);
        var onTerminal = await terminal.Result();

        Assert.Equal(("two words\nup\n", 7), (plain.Output, plain.ExitCode));
        Assert.EndsWith("complaint\n", plain.Error, StringComparison.Ordinal);
        Assert.Contains("on a terminal", onTerminal.Output, StringComparison.Ordinal);
        Assert.Contains("40 100", onTerminal.Output, StringComparison.Ordinal);
        Assert.Equal(8, onTerminal.ExitCode);
    }

    [Fact]
    public async Task Ssh_IntoAContainerWithANetworkOfItsOwn_IsAShellThere_AndItsPortsAreReached()
    {
        Home.Environment["HOME"] = Home.Directory;
        var (host, local) = (Gantry.Testing.FreePort.Take(), Gantry.Testing.FreePort.Take());
        // Listens on the container's own loopback, where no mapped port leads.
        await Home.Submit("inner", ["mkdir /tmp/www; echo page > /tmp/www/index.html; exec httpd -f -p 127.0.0.1:8080 -h /tmp/www"], Image($"ports: [\"{host}:8080\"]"));
        await Home.Api.UntilRun("inner", "running");

        using var attach = Home.Start("attach", "inner", "-p", $"{local}:8080");
        await Deadline.Until("the attachment's words", () => attach.Error.Contains("Forwarded ports", StringComparison.Ordinal));
        var config = Path.Combine(Home.Directory, "ssh", "config");
        var shell = await Home.StartProgram("ssh", ["-F", config, "inner", "cat /tmp/www/index.html; echo \"$DSTACK_RUN_NAME\"; exit 6"]).Result();
        using var http = new HttpClient();

        Assert.Equal(("page\ninner\n", 6), (shell.Output, shell.ExitCode));
        Assert.Equal("page\n", await http.GetStringAsync($"http://127.0.0.1:{local}/", TestContext.Current.CancellationToken));
        var overSsh = await Home.StartProgram("ssh", ["-F", config, "-W", "localhost:8080", "inner"], "GET / HTTP/1.0\r\n\r\n").Result();
        Assert.Contains("page", overSsh.Output, StringComparison.Ordinal);
        var scp = await Home.StartProgram("scp", ["-F", config, config, "inner:/tmp/x"]).Result();
        Assert.NotEqual(0, scp.ExitCode);
        attach.Signal(Processes.Interrupt);
        Assert.Equal(0, (await attach.Result()).ExitCode);
    }
}

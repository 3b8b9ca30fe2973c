using System.Text;

namespace Gantry.EndToEnd;

/// <summary>ssh, scp and ports of a process job, with the real OpenSSH on both ends.</summary>
public sealed class AttachTests : EndToEndTest
{
    [Fact]
    public async Task Attached_SshScpAndPortsReachTheJob_DetachedTheyAreGone()
    {
        Home.Environment["HOME"] = Home.Directory;
        Directory.CreateDirectory(Path.Combine(Home.Directory, ".ssh"));
        await File.WriteAllTextAsync(UsersConfig, "Host elsewhere\n    User me\n", TestContext.Current.CancellationToken);
        var port = Gantry.Testing.FreePort.Take();
        await Home.Submit("web", [$"mkdir www; echo page > www/index.html; exec busybox httpd -f -p 127.0.0.1:{port} -h www"], $"env: [\"WORD=two words\"]\nports: [\"{port}\"]");
        await Home.Api.UntilRun("web", "running");
        var local = Gantry.Testing.FreePort.Take();

        using var attach = Home.Start("attach", "web", "-p", $"{local}:{port}");
        await Deadline.Until("the attachment's words", () => attach.Error.Contains("Forwarded ports", StringComparison.Ordinal));
        using var http = new HttpClient();
        Assert.Equal("page\n", await http.GetStringAsync($"http://127.0.0.1:{local}/", TestContext.Current.CancellationToken));

        var said = await Ssh("web", "echo \"$WORD\"; pwd; exit 5");
        Assert.Equal($"two words\n{Home.AgentDirectory}/jobs/{await JobId("web")}/work\n", said.Output);
        Assert.Equal(5, said.ExitCode);
        var sent = new byte[3_000_000];
        new Random(2).NextBytes(sent);
        await File.WriteAllBytesAsync(Path.Combine(Home.Work, "sent"), sent, TestContext.Current.CancellationToken);
        Assert.Equal(0, (await Run("scp", "-F", Config, Path.Combine(Home.Work, "sent"), "web:www/received")).ExitCode);
        Assert.Equal(sent, await http.GetByteArrayAsync($"http://127.0.0.1:{local}/received", TestContext.Current.CancellationToken));
        // What VS Code's client does: a shell that reads its script, and a forward over the same connection.
        var overSsh = Gantry.Testing.FreePort.Take();
        using var forward = Home.StartProgram("ssh", ["-F", Config, "-N", "-o", "ExitOnForwardFailure=yes", "-L", $"{overSsh}:localhost:{port}", "web"]);
        await Deadline.Until("a page over ssh -L", async () =>
        {
            try
            {
                return await http.GetStringAsync($"http://127.0.0.1:{overSsh}/") == "page\n";
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        Assert.Equal("script ran\n", (await Home.StartProgram("ssh", ["-F", Config, "-T", "web", "sh"], "echo script ran\n").Result()).Output);

        var users = await File.ReadAllTextAsync(UsersConfig, TestContext.Current.CancellationToken);
        Assert.Equal($"Include \"{Config}\"\nHost elsewhere\n    User me\n", users);
        attach.Signal(Processes.Interrupt);
        Assert.Equal(0, (await attach.Result()).ExitCode);
        Assert.DoesNotContain("Host web", await File.ReadAllTextAsync(Config, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("running", (string)(await Home.Api.Run("web"))!["status"]!);
    }

    [Fact]
    public async Task Apply_OfATaskWithPorts_ForwardsThemWhileItIsFollowed()
    {
        var (port, local) = (Gantry.Testing.FreePort.Take(), Gantry.Testing.FreePort.Take());
        var end = Path.Combine(Home.Work, "end");

        using var apply = Home.Apply("ported", [$"mkdir www; echo page > www/index.html; busybox httpd -p 127.0.0.1:{port} -h www; until [ -e '{end}' ]; do sleep 0.02; done"], $"ports: [\"{local}:{port}\"]");

        using var http = new HttpClient();
        await Deadline.Until("the page", async () =>
        {
            try
            {
                return await http.GetStringAsync($"http://127.0.0.1:{local}/") == "page\n";
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        await File.WriteAllTextAsync(end, "", TestContext.Current.CancellationToken);
        Assert.Equal(0, (await apply.Result()).ExitCode);
    }

    [Fact]
    public async Task Attached_WithLogs_PrintsThemFromTheirBeginning_AndEndsAsTheRunDoes()
    {
        Home.Environment["HOME"] = Home.Directory;
        var end = Path.Combine(Home.Work, "end");
        await Home.Submit("told", ["echo before; echo complaint >&2", "until [ -e go ]; do sleep 0.02; done", "echo while", $"until [ -e '{end}' ]; do sleep 0.02; done", "echo last", "exit 3"]);
        await Home.Api.UntilRun("told", "running");
        await Deadline.Until("its first lines", async () => (await Home.GantryOk("logs", "told")).Output == "before\ncomplaint\n");

        using var attach = Home.Start("attach", "told", "--logs");
        using var quiet = Home.Start("attach", "told");
        await attach.UntilOutput("before\ncomplaint\n");
        await Deadline.Until("both attachments' words", () => attach.Error.Contains("ssh told", StringComparison.Ordinal) && quiet.Error.Contains("ssh told", StringComparison.Ordinal));
        Assert.Equal(0, (await Ssh("told", "touch go")).ExitCode);
        await attach.UntilOutput("while\n");
        await File.WriteAllTextAsync(end, "", TestContext.Current.CancellationToken);

        var (result, other) = (await attach.Result(), await quiet.Result());
        Assert.Equal(("before\ncomplaint\nwhile\nlast\n", 1), (result.Output, result.ExitCode));
        Assert.Equal(("", 1), (other.Output, other.ExitCode));
    }

    [Fact]
    public async Task TwoAttachments_OfOneRun_ShareItsHost_AndConnectionsEndWithTheJob()
    {
        Home.Environment["HOME"] = Home.Directory;
        await Home.Submit("shared", ["exec sleep 1000"]);
        await Home.Api.UntilRun("shared", "running");
        using var first = Home.Start("attach", "shared");
        using var second = Home.Start("attach", "shared");
        using var killed = Home.Start("attach", "shared");
        foreach (var attach in (CommandRun[])[first, second, killed])
            await Deadline.Until("the attachment's words", () => attach.Error.Contains("ssh shared", StringComparison.Ordinal));

        // One that could not say goodbye counts no more than one that did.
        killed.Signal(Processes.Kill);
        await killed.Result();
        first.Signal(Processes.Interrupt);
        Assert.Equal(0, (await first.Result()).ExitCode);
        Assert.Equal("in\n", (await Ssh("shared", "echo in")).Output);
        using var idle = Home.StartProgram("ssh", ["-F", Config, "-N", "shared"]);
        // Docker's socket above all is not the job's, and sshd may be root's.
        var socket = Path.Combine(Home.Directory, "f");
        using var unix = Home.StartProgram("ssh", ["-F", Config, "-N", "-o", "LogLevel=INFO", "-L", $"{socket}:{Home.AgentDirectory}/agent.sock", "shared"]);
        await Deadline.Until("the socket here", () => File.Exists(socket));
        using (var dial = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0))
        {
            await dial.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(socket), TestContext.Current.CancellationToken);
            Assert.Equal(0, await dial.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
        }
        await Deadline.Until("a refusal", () => unix.Error.Contains("open failed", StringComparison.Ordinal));

        await Home.GantryOk("stop", "shared", "-y");

        Assert.Equal(255, (await idle.Result()).ExitCode);
        Assert.Equal(255, (await unix.Result()).ExitCode);
        Assert.NotEqual(0, (await second.Result()).ExitCode);
        Assert.DoesNotContain("Host shared", await File.ReadAllTextAsync(Config, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongMapping_IsNamedBeforeAnythingHappens()
    {
        var result = await Home.Gantry("attach", "nobody", "-p", "80:http");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("'80:http' is no mapping", result.Error, StringComparison.Ordinal);
    }

    private string Config => Path.Combine(Home.Directory, "ssh", "config");

    private string UsersConfig => Path.Combine(Home.Directory, ".ssh", "config");

    private Task<CommandResult> Ssh(string run, string command) => Run("ssh", "-F", Config, run, command);

    private Task<CommandResult> Run(string program, params string[] args) => Home.StartProgram(program, args).Result();

    private async Task<string> JobId(string run) => (string)(await Home.Api.Run(run))!["latest_job_submission"]!["id"]!;
}

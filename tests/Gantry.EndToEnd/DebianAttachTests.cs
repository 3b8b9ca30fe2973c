using System.Net;
using Gantry.Testing;

namespace Gantry.EndToEnd;

/// <summary>
/// ssh into a container of Debian: copying, and what VS Code's remote server is documented to need. Its client runs a script over ssh that unpacks and starts the server, which goes on when the
/// script's session ends and listens on a loopback port of the job, and reaches it by a dynamic forward.
/// </summary>
public sealed class DebianAttachTests(DockerDaemon docker) : DockerTest(docker)
{
    // Answers each connection with a page, for ever; says its port as VS Code's server does.
    private const string Server = """
        use IO::Socket::INET; $SIG{CHLD} = "IGNORE"; $| = 1;
        my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 0, Listen => 20) or die;
        print "listeningOn==", $s->sockport, "==\n"; open STDOUT, ">/dev/null";
        while (my $c = $s->accept) { while (<$c>) { last if /^\r?$/ } print $c "HTTP/1.0 200 OK\r\n\r\npage of $ENV{DSTACK_RUN_NAME}"; close $c }
        """;

    private string Config => Path.Combine(Home.Directory, "ssh", "config");

    [Fact]
    public async Task Debian_IsEnteredByEverythingThatSpeaksSsh()
    {
        Assert.SkipUnless(DebianImage.IsPossible, DebianImage.Needs);
        DebianImage.Make(Docker);
        Home.Environment["HOME"] = Home.Directory;
        // A network of its own: what is reached in it is reached in the job.
        await Home.Submit("deb", ["exec sleep 1000"], $"image: {DebianImage.Name}\nports: [\"{FreePort.Take()}:9\"]\nenv: [\"WORD=two words\"]");
        await Home.Api.UntilRun("deb", "running");
        using var attach = Home.Start("attach", "deb");
        await Deadline.Until("the attachment's words", () => attach.Error.Contains("ssh deb", StringComparison.Ordinal));

        await CopiesBothWays();
        await StartsAServer();
        await SharesConnections();
        await ExecutesOnATerminal();

        using var idle = Home.StartProgram("ssh", ["-F", Config, "-N", "deb"]);
        using var session = Home.StartProgram("ssh", ["-F", Config, "-T", "deb", "echo in; exec sleep 1000"]);
        await session.UntilOutput("in\n");
        await Home.GantryOk("stop", "deb", "-x", "-y");
        Assert.NotEqual(0, (await session.Result()).ExitCode);
        Assert.NotEqual(0, (await idle.Result()).ExitCode);
        Assert.NotEqual(0, (await attach.Result()).ExitCode);
        Assert.DoesNotContain("Host deb", await File.ReadAllTextAsync(Config, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private async Task CopiesBothWays()
    {
        var sent = new byte[2_000_000];
        new Random(3).NextBytes(sent);
        var folder = Directory.CreateDirectory(Path.Combine(Home.Work, "tree")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "sent"), sent, TestContext.Current.CancellationToken);
        await Ok("scp", "-q", "-F", Config, "-r", folder, "deb:copy");
        await Ok("scp", "-q", "-F", Config, "deb:copy/sent", Path.Combine(Home.Work, "back"));
        Assert.Equal(sent, await File.ReadAllBytesAsync(Path.Combine(Home.Work, "back"), TestContext.Current.CancellationToken));
        await Ok("rsync", "-a", "-e", $"ssh -F {Config}", folder + "/", "deb:synced/");
        var listed = await Home.StartProgram("sftp", ["-q", "-F", Config, "-b", "-", "deb"], "ls -1 synced\n").Result();
        Assert.Contains("synced/sent", listed.Output, StringComparison.Ordinal);
    }

    private async Task StartsAServer()
    {
        var archive = Path.Combine(Home.Work, "server.tar.gz");
        await File.WriteAllTextAsync(Path.Combine(Home.Work, "server.pl"), Server, TestContext.Current.CancellationToken);
        await Ok("tar", "-C", Home.Work, "-czf", archive, "server.pl");
        await Ok("scp", "-q", "-F", Config, archive, "deb:");
        var script = await Home.StartProgram("ssh", ["-F", Config, "-T", "deb", "bash"], """
            set -e
            [[ $(getconf GNU_LIBC_VERSION) =~ ([0-9]+)\.([0-9]+) ]] && (( BASH_REMATCH[1] > 2 || BASH_REMATCH[2] >= 28 )) && echo glibc
            ldconfig -p | grep -o 'libstdc++.so.6 ' || ls /usr/lib/*/libstdc++.so.6
            echo "$WORD in $PWD"
            mkdir -p ~/.server && tar -xzf server.tar.gz -C ~/.server
            nohup setsid perl ~/.server/server.pl >~/.server/log 2>&1 </dev/null &
            until grep -s '^listeningOn' ~/.server/log; do sleep 0.05; done

            """).Result();
        Assert.True(script.ExitCode == 0, script.ToString());
        Assert.Contains("glibc\n", script.Output, StringComparison.Ordinal);
        Assert.Contains("libstdc++.so.6", script.Output, StringComparison.Ordinal);
        Assert.Contains("two words in /root\n", script.Output, StringComparison.Ordinal);
        var port = script.Output.Split("==")[1];

        var (socks, local) = (FreePort.Take(), FreePort.Take());
        using var forwards = Home.StartProgram("ssh", ["-F", Config, "-N", "-o", "ExitOnForwardFailure=yes", "-D", $"127.0.0.1:{socks}", "-L", $"127.0.0.1:{local}:127.0.0.1:{port}", "deb"]);
        using var plain = new HttpClient();
        using var dynamic = new HttpClient(new HttpClientHandler { Proxy = new WebProxy($"socks5://127.0.0.1:{socks}") });
        await Deadline.Until("the page by -L", () => IsPage(plain, $"http://127.0.0.1:{local}/"));
        Assert.True(await IsPage(dynamic, $"http://127.0.0.1:{port}/"));
    }

    private async Task SharesConnections()
    {
        var control = Path.Combine(Home.Directory, "m");
        using var master = Home.StartProgram("ssh", ["-F", Config, "-M", "-S", control, "-N", "deb"]);
        await Deadline.Until("a master connection", () => File.Exists(control));
        var sessions = await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
            (number, Result: await Home.StartProgram("ssh", ["-F", Config, "-S", control, "deb", $"echo {number}; exit {number}"]).Result())));
        Assert.All(sessions, session => Assert.Equal(($"{session.number}\n", session.number), (session.Result.Output, session.Result.ExitCode)));
        Assert.Contains("\nDSTACK_RUN_NAME=deb\n", "\n" + (await Ok("ssh", "-F", Config, "-S", control, "deb", "bash -lc env")).Output, StringComparison.Ordinal);
        await Ok("ssh", "-F", Config, "-S", control, "-O", "exit", "deb");
    }

    private async Task ExecutesOnATerminal()
    {
        const string script = "trap 'stty size' WINCH; trap 'echo told; exit 4' TERM; echo ready; while :; do sleep 0.05; done";
        using var terminal = Home.StartProgram("script", ["-qefc", $"tty; stty cols 100 rows 40; '{Home.BuildFolder}/gantry' exec deb -- bash -c \"{script}\"", "/dev/null"]);
        await terminal.UntilOutput("ready");
        await Ok("stty", "-F", terminal.Output.Split('\n')[0].Trim(), "cols", "120", "rows", "50");
        await terminal.UntilOutput("50 120");
        using var piped = Home.Start("exec", "deb", "--", "bash", "-c", script);
        await piped.UntilOutput("ready");
        piped.Signal(Processes.Terminate);
        Assert.Equal(("ready\ntold\n", 4), (await piped.Result()) is var ended ? (ended.Output, ended.ExitCode) : default);
        await Home.GantryOk("exec", "deb", "--", "pkill", "-TERM", "-f", "WINCH");
        Assert.Equal(4, (await terminal.Result()).ExitCode);
    }

    private async Task<CommandResult> Ok(string program, params string[] args)
    {
        var result = await Home.StartProgram(program, args).Result();
        Assert.True(result.ExitCode == 0, $"{program} {string.Join(' ', args)}: {result}");
        return result;
    }

    private static async Task<bool> IsPage(HttpClient http, string address)
    {
        try
        {
            return await http.GetStringAsync(address) == "page of deb";
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

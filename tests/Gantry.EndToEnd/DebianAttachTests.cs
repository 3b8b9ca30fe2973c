using System.Net;
using Gantry.Testing;

namespace Gantry.EndToEnd;

/// <summary>ssh into a container of Debian, with the real client: copying, and all that VS Code's Remote-SSH is documented to need.</summary>
[Collection(DockerCollection.Name)]
public sealed class DebianAttachTests : IClassFixture<DebianHome>
{
    // Answers each connection with a page, for ever; says its port as VS Code's server does.
    private const string Server = """
        use IO::Socket::INET; $SIG{CHLD} = "IGNORE"; $| = 1;
        my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 0, Listen => 20) or die;
        print "listeningOn==", $s->sockport, "==\n"; open STDOUT, ">/dev/null";
        while (my $c = $s->accept) { while (<$c>) { last if /^\r?$/ } print $c "HTTP/1.0 200 OK\r\n\r\nserver $$ of $ENV{DSTACK_RUN_NAME}"; close $c }
        """;

    private readonly DebianHome home;

    public DebianAttachTests(DebianHome home)
    {
        Assert.SkipUnless(DebianImage.IsPossible, DebianImage.Needs);
        this.home = home;
    }

    [Fact]
    public async Task ScpSftpAndRsync_CopyBothWays()
    {
        var sent = new byte[2_000_000];
        new Random(3).NextBytes(sent);
        var folder = Directory.CreateDirectory(Path.Combine(home.Work, "tree")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "sent"), sent, TestContext.Current.CancellationToken);

        await home.Ok("scp", "-q", "-F", home.Config, "-r", folder, "deb:copy");
        await home.Ok("scp", "-q", "-F", home.Config, "deb:copy/sent", Path.Combine(home.Work, "back"));
        Assert.Equal(sent, await File.ReadAllBytesAsync(Path.Combine(home.Work, "back"), TestContext.Current.CancellationToken));
        await home.Ok("rsync", "-a", "-e", $"ssh -F {home.Config}", folder + "/", "deb:synced/");
        var sftp = await home.StartProgram("sftp", ["-q", "-F", home.Config, "-b", "-", "deb"], "ls -l synced\nrename synced/sent synced/moved\nls -1 synced\n").Result();

        Assert.True(sftp.ExitCode == 0, sftp.ToString());
        Assert.Contains(" 2000000 ", sftp.Output, StringComparison.Ordinal);
        Assert.Contains("synced/moved\n", sftp.Output, StringComparison.Ordinal);
    }

    // What VS Code does: `ssh -T -D PORT HOST bash` with a script as its input, which looks for what the server needs, unpacks it and starts it. The connection stays for its dynamic
    // forward. When it breaks, the next one finds the server still there.
    [Fact]
    public async Task RemoteServer_StartedByAScript_IsReachedByDynamicForward_AndOutlivesItsConnection()
    {
        var archive = Path.Combine(home.Work, "server.tar.gz");
        await File.WriteAllTextAsync(Path.Combine(home.Work, "server.pl"), Server, TestContext.Current.CancellationToken);
        await home.Ok("tar", "-C", home.Work, "-czf", archive, "server.pl");
        await home.Ok("scp", "-q", "-F", home.Config, archive, "deb:");
        var script = Path.Combine(home.Work, "install.sh");
        await File.WriteAllTextAsync(script, """
            set -e
            [[ $(getconf GNU_LIBC_VERSION) =~ ([0-9]+)\.([0-9]+) ]] && (( BASH_REMATCH[1] > 2 || BASH_REMATCH[2] >= 28 )) && echo glibc
            ldconfig -p | grep -o 'libstdc++.so.6 '
            echo "$WORD in $PWD"
            mkdir -p ~/.server && tar -xzf server.tar.gz -C ~/.server
            nohup setsid perl ~/.server/server.pl >~/.server/log 2>&1 </dev/null &
            until grep -s '^listeningOn' ~/.server/log; do sleep 0.05; done
            echo complete

            """, TestContext.Current.CancellationToken);
        var socks = FreePort.Take();
        // The script's end is not its input's: VS Code holds that open.
        using var first = home.StartProgram("bash", ["-c", $"exec ssh -F '{home.Config}' -T -D 127.0.0.1:{socks} deb bash < <(cat '{script}'; exec sleep 1000 2>/dev/null)"]);
        await first.UntilOutput("complete\n");
        Assert.StartsWith("glibc\nlibstdc++.so.6 \ntwo words in /root\nlisteningOn==", first.Output, StringComparison.Ordinal);
        var port = first.Output.Split("==")[1];
        var page = await Page(socks, $"http://127.0.0.1:{port}/");
        Assert.Matches("^server [0-9]+ of deb$", page);
        Assert.Equal(page, await Page(socks, $"http://localhost:{port}/"));

        first.Signal(Processes.Kill);
        await first.Result();
        var (again, local) = (FreePort.Take(), FreePort.Take());
        using var second = home.StartProgram("bash", ["-c", $"exec ssh -F '{home.Config}' -T -D 127.0.0.1:{again} -L 127.0.0.1:{local}:127.0.0.1:{port} deb sh < <(echo 'cat ~/.server/log; echo complete'; exec sleep 1000 2>/dev/null)"]);
        await second.UntilOutput("complete\n");

        Assert.Equal($"listeningOn=={port}==\ncomplete\n", second.Output);
        Assert.Equal(page, await Page(again, $"http://127.0.0.1:{port}/"));
        using var http = new HttpClient();
        Assert.Equal(page, await http.GetStringAsync($"http://127.0.0.1:{local}/", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task SharedConnection_CarriesManySessionsAndForwardsAddedLater()
    {
        var control = Path.Combine(home.Directory, "m");
        string[] shared = ["-o", "ControlMaster=auto", "-o", $"ControlPath={control}", "-o", "ControlPersist=60"];
        // The first becomes the master and goes on in the background, with its standard error.
        Assert.Equal("first\n", (await home.Ok("sh", "-c", $"ssh -F '{home.Config}' {string.Join(' ', shared)} deb echo first 2>/dev/null")).Output);
        Assert.True(File.Exists(control));

        var sessions = await Task.WhenAll(Enumerable.Range(0, 12).Select(async number => (number, Result: await home.Ssh(shared, $"echo {number}; cat; exit {number}", $"in {number}\n").Result())));
        Assert.All(sessions, session => Assert.Equal(($"{session.number}\nin {session.number}\n", session.number), (session.Result.Output, session.Result.ExitCode)));
        Assert.Contains("\nDSTACK_RUN_NAME=deb\n", "\n" + (await home.Ssh(shared, "bash -lc env").Result()).Output, StringComparison.Ordinal);
        using var server = home.Ssh(shared, $"perl -e '{Server.Replace("perl ", "", StringComparison.Ordinal)}'");
        await server.UntilOutput("==\n");
        var local = FreePort.Take();
        await home.Ok("ssh", "-F", home.Config, "-o", $"ControlPath={control}", "-O", "forward", "-L", $"127.0.0.1:{local}:127.0.0.1:{server.Output.Split("==")[1]}", "deb");
        using var http = new HttpClient();
        Assert.EndsWith("of deb", await http.GetStringAsync($"http://127.0.0.1:{local}/", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await home.Ok("ssh", "-F", home.Config, "-o", $"ControlPath={control}", "-O", "exit", "deb");
    }

    [Fact]
    public async Task Exec_ResizeAndSignals_ReachTheCommandInTheContainer()
    {
        const string script = "trap 'stty size' WINCH; trap 'echo told; exit 4' TERM; echo ready; while :; do sleep 0.05; done";
        using var terminal = home.StartProgram("script", ["-qefc", $"tty; stty cols 100 rows 40; '{home.BuildFolder}/gantry' exec deb -- bash -c \"{script}\"", "/dev/null"]);
        await terminal.UntilOutput("ready");
        await home.Ok("stty", "-F", terminal.Output.Split('\n')[0].Trim(), "cols", "120", "rows", "50");
        await terminal.UntilOutput("50 120");

        using var piped = home.Start("exec", "deb", "--", "bash", "-c", script);
        await piped.UntilOutput("ready");
        piped.Signal(Processes.Terminate);
        var ended = await piped.Result();
        Assert.Equal(("ready\ntold\n", 4), (ended.Output, ended.ExitCode));

        await home.GantryOk("exec", "deb", "--", "pkill", "-TERM", "-f", "WINCH");
        Assert.Equal(4, (await terminal.Result()).ExitCode);
    }

    [Fact]
    public async Task StoppedRun_TakesItsConnectionsAndItsHostAlong()
    {
        using var attach = await home.Attach("deb-ends");
        using var idle = home.StartProgram("ssh", ["-F", home.Config, "-N", "-o", "PermitLocalCommand=yes", "-o", "LocalCommand=echo in", "deb-ends"]);
        using var session = home.StartProgram("ssh", ["-F", home.Config, "-T", "deb-ends", "echo in; exec sleep 1000"]);
        await idle.UntilOutput("in\n");
        await session.UntilOutput("in\n");

        await home.GantryOk("stop", "deb-ends", "-x", "-y");

        Assert.NotEqual(0, (await session.Result()).ExitCode);
        Assert.NotEqual(0, (await idle.Result()).ExitCode);
        Assert.NotEqual(0, (await attach.Result()).ExitCode);
        var config = await File.ReadAllTextAsync(home.Config, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("Host deb-ends", config, StringComparison.Ordinal);
        Assert.Contains("Host deb\n", config, StringComparison.Ordinal);
    }

    private static async Task<string> Page(int socks, string address)
    {
        using var http = new HttpClient(new HttpClientHandler { Proxy = new WebProxy($"socks5://127.0.0.1:{socks}") });
        return await http.GetStringAsync(address, TestContext.Current.CancellationToken);
    }
}

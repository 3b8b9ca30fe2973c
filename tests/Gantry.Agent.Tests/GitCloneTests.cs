using Gantry.Agent.Content;
using Gantry.Agent.Executors;
using Gantry.Model.Link;
using Gantry.Testing;

namespace Gantry.Agent.Tests;

/// <summary>Repos cloned by the agent, with the real git: from paths, and over HTTP and SSH with credentials.</summary>
public sealed class GitCloneTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gantry-git-").FullName;
    private readonly GitFolder git;
    private readonly string target;

    public GitCloneTests()
    {
        git = new GitFolder(folder);
        target = Path.Combine(folder, "target");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Clone_AtACommit_HasItsFilesItsBranchAndTheUsersName()
    {
        var first = git.Head;
        git.Write("README", "second\n");
        git.Commit("Two");
        GitFolder.Git(git.Clone, "push", "--quiet");

        await CloneAsync(Local with { Branch = "main", Hash = first, UserName = "A User", UserEmail = "user@example.org" });

        Assert.Equal("first\n", await File.ReadAllTextAsync(Path.Combine(target, "README")));
        Assert.Equal("README", new FileInfo(Path.Combine(target, "link")).LinkTarget);
        Assert.True(File.GetUnixFileMode(Path.Combine(target, "bin/run.sh")).HasFlag(UnixFileMode.UserExecute));
        Assert.Equal(("main", first, "A User"), (Ask("symbolic-ref", "--short", "HEAD"), Ask("rev-parse", "HEAD"), Ask("config", "user.name")));
        Assert.Equal("", Ask("status", "--porcelain"));
    }

    [Fact]
    public async Task Clone_WithoutBranchAndCommit_IsTheRemotesOwn()
    {
        await CloneAsync(Local);
        Assert.Equal(("main", git.Head), (Ask("symbolic-ref", "--short", "HEAD"), Ask("rev-parse", "HEAD")));
    }

    [Fact]
    public async Task Clone_OfSingleBranch_HasNoOther_AndOfAllHasThem()
    {
        GitFolder.Git(git.Clone, "push", "--quiet", "origin", "main:refs/heads/other");
        await CloneAsync(Local with { SingleBranch = true, Branch = "main" });
        Assert.Equal("origin/main", Ask("for-each-ref", "--format=%(refname:short)", "refs/remotes/origin/main", "refs/remotes/origin/other"));
        await CloneAsync(Local with { Branch = "main" });
        Assert.Equal("origin/main\norigin/other", Ask("for-each-ref", "--format=%(refname:short)", "refs/remotes/origin/main", "refs/remotes/origin/other"));
    }

    [Fact]
    public async Task Patch_OfCommitsChangesAndNewFiles_MakesTheCopyThatTheUserHas()
    {
        var pushed = git.Head;
        git.Write("README", "committed\n");
        git.Commit("Not pushed");
        git.Write("README", "changed\n");
        File.Delete(Path.Combine(git.Clone, "bin/run.sh"));
        File.WriteAllBytes(Path.Combine(git.Clone, "data.bin"), [0, 1, 2, 0xff, 0]);
        GitFolder.Git(git.Clone, "add", "--all");
        var patch = Path.Combine(folder, "patch");
        GitFolder.Git(git.Clone, "diff", "--cached", "--binary", "--full-index", $"--output={patch}", pushed);

        await CloneAsync(Local with { Branch = "main", Hash = pushed }, patch);

        Assert.Equal("changed\n", await File.ReadAllTextAsync(Path.Combine(target, "README")));
        Assert.False(File.Exists(Path.Combine(target, "bin/run.sh")));
        Assert.Equal([0, 1, 2, 0xff, 0], await File.ReadAllBytesAsync(Path.Combine(target, "data.bin")));
        Assert.Equal(pushed, Ask("rev-parse", "HEAD"));
    }

    [Fact]
    public async Task Patch_ThatDoesNotFit_IsRefusedWithItsReason()
    {
        var patch = Path.Combine(folder, "patch");
        await File.WriteAllTextAsync(patch, "diff --git a/README b/README\n--- a/README\n+++ b/README\n@@ -1 +1 @@\n-never there\n+x\n");
        var refused = await RefusedAsync(Local with { Hash = git.Head }, patch);
        Assert.StartsWith($"The local changes could not be applied to {git.Head} of file://", refused, StringComparison.Ordinal);
        Assert.Contains("The job was not started.", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commit_ThatWasNeverPushed_IsNamed()
    {
        git.Write("README", "x\n");
        git.Commit("Not pushed");
        Assert.Contains($"The commit {git.Head} is not in the repo", await RefusedAsync(Local with { Hash = git.Head }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Path_OfTheHost_IsOnlyForWhoCouldReadIt() =>
        Assert.Contains("is a path of the host", await RefusedAsync(Local, mayReadHost: false), StringComparison.Ordinal);

    [Theory]
    [InlineData("--upload-pack=touch", null)]
    [InlineData(null, "--exec=x")]
    public async Task Name_ThatWouldBeAnOption_IsRefused(string? branch, string? hash) =>
        Assert.Contains("The job was not started.", await RefusedAsync(Local with { Branch = branch, Hash = hash }), StringComparison.Ordinal);

    [Fact]
    public async Task Http_WithItsToken_IsCloned_AndNothingOfItIsLeft()
    {
        using var server = new GitHttpServer(git.Served, "oauth2", "s3cret-token");
        await CloneAsync(new JobRepo { Path = ".", CloneUrl = server.Url("demo.git") }, who: new RepoCredentials(Token: "s3cret-token"));
        Assert.Equal("first\n", await File.ReadAllTextAsync(Path.Combine(target, "README")));
        Assert.DoesNotContain("s3cret", await File.ReadAllTextAsync(Path.Combine(target, ".git/config")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_WithoutOrWithAnotherToken_SaysWhatToDo_AndNotTheToken()
    {
        using var server = new GitHttpServer(git.Served, "oauth2", "s3cret-token");
        var repo = new JobRepo { Path = ".", CloneUrl = server.Url("demo.git") };
        var none = await RefusedAsync(repo);
        var wrong = await RefusedAsync(repo, who: new RepoCredentials(Token: "wr0ng-token"));
        Assert.All([none, wrong], refused => Assert.Contains("`gantry init --token TOKEN`", refused, StringComparison.Ordinal));
        Assert.DoesNotContain("wr0ng", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_OfOneHost_IsNotGivenToAnother()
    {
        using var elsewhere = new GitHttpServer(git.Served, "oauth2", "s3cret-token");
        using var server = new RedirectingServer(elsewhere.Url(""));
        await RefusedAsync(new JobRepo { Path = ".", CloneUrl = server.Url }, who: new RepoCredentials(Token: "s3cret-token"));
        Assert.Empty(elsewhere.Seen);
    }

    [Fact]
    public async Task Ssh_WithItsKey_IsCloned_AndTheKeyIsGoneAfterwards()
    {
        var memory = Directory.CreateDirectory(Path.Combine(folder, "memory")).FullName;
        using var server = new SshServer(Directory.CreateDirectory(Path.Combine(folder, "sshd")).FullName);
        var repo = new JobRepo { Path = ".", CloneUrl = $"ssh://{Environment.UserName}@127.0.0.1:{server.Port}{git.Bare}" };
        var clone = new GitClone(new GitCredentials(folder, memory));

        await clone.RunAsync(Guid.NewGuid(), repo, new RepoCredentials(PrivateKey: server.ClientKey), null, target, mayReadHost: false, TestContext.Current.CancellationToken);

        Assert.Equal("first\n", await File.ReadAllTextAsync(Path.Combine(target, "README")));
        Assert.Empty(Directory.GetFiles(memory, "*", SearchOption.AllDirectories));
        Assert.Contains($"[127.0.0.1]:{server.Port}", await File.ReadAllTextAsync(Path.Combine(folder, "git-known-hosts")), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => clone.RunAsync(Guid.NewGuid(), repo, null, null, target + "2", mayReadHost: false, TestContext.Current.CancellationToken));
        Assert.Contains("`gantry init --git-identity KEY`", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_OfAnAgentThatWasKilled_GoesWithTheNext()
    {
        var memory = Directory.CreateDirectory(Path.Combine(folder, "memory")).FullName;
        var given = new GitCredentials(folder, memory).Of(Guid.NewGuid(), Model.Values.RepoUrl.Parse("git@host:demo.git")!, new RepoCredentials(PrivateKey: "PRIVATE"));
        var key = Assert.Single(Directory.GetFiles(memory, "*", SearchOption.AllDirectories));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.Equal("PRIVATE\n", await File.ReadAllTextAsync(key));
        Assert.DoesNotContain("PRIVATE", string.Join(' ', given.Options) + string.Join(' ', given.Environment.Values), StringComparison.Ordinal);
        _ = new GitCredentials(folder, memory);
        Assert.Empty(Directory.GetFiles(memory, "*", SearchOption.AllDirectories));
    }

    private JobRepo Local => new() { Path = ".", CloneUrl = "file://" + git.Bare };

    private Task CloneAsync(JobRepo repo, string? patch = null, RepoCredentials? who = null, bool mayReadHost = true)
    {
        if (Directory.Exists(target))
            Directory.Delete(target, recursive: true);
        return new GitClone(new GitCredentials(folder)).RunAsync(Guid.NewGuid(), repo, who, patch, target, mayReadHost, TestContext.Current.CancellationToken);
    }

    private async Task<string> RefusedAsync(JobRepo repo, string? patch = null, RepoCredentials? who = null, bool mayReadHost = true) =>
        (await Assert.ThrowsAsync<StartRefusedException>(() => CloneAsync(repo, patch, who, mayReadHost))).Message;

    private string Ask(params string[] args) => GitFolder.Git(target, args);

    /// <summary>The real sshd on a loopback port, with a key that may log in.</summary>
    private sealed class SshServer : IDisposable
    {
        private readonly System.Diagnostics.Process sshd;

        public SshServer(string directory)
        {
            Port = FreePort.Take();
            var (host, client) = (Path.Combine(directory, "host"), Path.Combine(directory, "client"));
            foreach (var key in (string[])[host, client])
                System.Diagnostics.Process.Start("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]).WaitForExit();
            ClientKey = File.ReadAllText(client);
            var config = Path.Combine(directory, "config");
            File.WriteAllText(config, $"ListenAddress 127.0.0.1\nPort {Port}\nHostKey {host}\nAuthorizedKeysFile {client}.pub\nStrictModes no\nUsePAM no\nPidFile none\nPermitRootLogin yes\n");
            Directory.CreateDirectory("/run/sshd");
            sshd = System.Diagnostics.Process.Start("/usr/sbin/sshd", ["-D", "-f", config]);
            for (var i = 0; i < 1000; i++)
            {
                try
                {
                    using var probe = new System.Net.Sockets.TcpClient("127.0.0.1", Port);
                    return;
                }
                catch (System.Net.Sockets.SocketException)
                {
                    Thread.Sleep(10);
                }
            }
        }

        public int Port { get; }

        public string ClientKey { get; }

        public void Dispose()
        {
            sshd.Kill(entireProcessTree: true);
            sshd.Dispose();
        }
    }

    /// <summary>Sends every request to another server.</summary>
    private sealed class RedirectingServer : IDisposable
    {
        private readonly System.Net.HttpListener listener = new();

        public RedirectingServer(string elsewhere)
        {
            var port = FreePort.Take();
            Url = $"http://127.0.0.1:{port}/demo.git";
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            listener.Start();
            _ = Task.Run(async () =>
            {
                while (true)
                {
                    var context = await listener.GetContextAsync();
                    context.Response.Redirect(elsewhere + context.Request.Url!.PathAndQuery.TrimStart('/'));
                    context.Response.Close();
                }
            });
        }

        public string Url { get; }

        public void Dispose() => listener.Close();
    }
}

using Gantry.Cli.Repos;
using Gantry.Model.Configurations;
using Gantry.Testing;

namespace Gantry.Cli.Tests;

/// <summary>What of a clone goes along with a run, with the real git.</summary>
public sealed class LocalChangesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gantry-changes-").FullName;
    private readonly GitFolder git;

    public LocalChangesTests() => git = new GitFolder(folder);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Diff_HasWhatWasNotPushedNotCommittedAndNotAdded_AndNothingElse()
    {
        var pushed = git.Head;
        git.Write(".gitignore", "*.log\n");
        git.Write(".dstackignore", "data/\n");
        git.Write("committed", "1\n");
        git.Commit("Not pushed");
        git.Write("README", "changed\n");
        git.Write("staged", "2\n");
        GitFolder.Git(git.Clone, "add", "staged");
        git.Write("new", "3\n");
        git.Write("x.log", "ignored\n");
        git.Write("data/big", "left out\n");
        var status = GitFolder.Git(git.Clone, "status", "--porcelain");
        var objects = GitFolder.Git(git.Clone, "count-objects");

        var patch = await LocalChanges.DiffAsync(git.Clone, pushed, TestContext.Current.CancellationToken);

        var other = Path.Combine(folder, "other");
        GitFolder.Git(folder, "clone", "--quiet", git.Bare, other);
        await File.WriteAllBytesAsync(Path.Combine(folder, "patch"), patch, TestContext.Current.CancellationToken);
        GitFolder.Git(other, "apply", Path.Combine(folder, "patch"));
        Assert.Equal([".dstackignore", ".git", ".gitignore", "README", "bin", "committed", "link", "new", "staged"], Directory.GetFileSystemEntries(other).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("changed\n", await File.ReadAllTextAsync(Path.Combine(other, "README"), TestContext.Current.CancellationToken));
        Assert.Equal((status, objects), (GitFolder.Git(git.Clone, "status", "--porcelain"), GitFolder.Git(git.Clone, "count-objects")));
    }

    [Fact]
    public async Task Diff_OfACloneWithoutChanges_IsEmpty() =>
        Assert.Empty(await LocalChanges.DiffAsync(git.Clone, git.Head, TestContext.Current.CancellationToken));

    [Fact]
    public async Task Read_OfABranchThatWasNeverPushed_IsTheCommitThatTheRemoteHas()
    {
        var pushed = git.Head;
        GitFolder.Git(git.Clone, "checkout", "--quiet", "-b", "feature");
        git.Write("README", "x\n");
        git.Commit("Two");
        var clone = await ReadAsync(new RepoSpec { LocalPath = "." });
        Assert.Equal((null, pushed, true), (clone.Branch, clone.Base, clone.WithChanges));
    }

    [Fact]
    public async Task Read_OfTheActiveBranch_NamesIt_AndOfANamedCommitTakesThatAlone()
    {
        var active = await ReadAsync(new RepoSpec { LocalPath = "." });
        Assert.Equal(("main", git.Head, true, "file://" + git.Bare), (active.Branch, active.Base, active.WithChanges, active.Url.Text));
        var named = await ReadAsync(new RepoSpec { LocalPath = ".", Hash = "abcd" });
        Assert.Equal(("abcd", false), (named.Base, named.WithChanges));
    }

    [Fact]
    public async Task Read_OfACloneWithoutARemote_IsAProblem()
    {
        GitFolder.Git(git.Clone, "remote", "remove", "origin");
        var problems = new List<string>();
        Assert.Null(await LocalRepo.ReadAsync(git.Clone, new RepoSpec { LocalPath = "." }, "x.yml: repos: .", problems, TestContext.Current.CancellationToken));
        Assert.Contains("has no remote that hosts could clone", Assert.Single(problems), StringComparison.Ordinal);
    }

    private async Task<LocalRepo> ReadAsync(RepoSpec spec)
    {
        var problems = new List<string>();
        var clone = await LocalRepo.ReadAsync(git.Clone, spec, "x.yml: repos: .", problems, TestContext.Current.CancellationToken);
        Assert.Empty(problems);
        return clone!;
    }
}

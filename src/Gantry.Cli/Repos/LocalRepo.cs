using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Cli.Repos;

/// <summary>A clone on this machine, as far as a run is concerned.</summary>
/// <param name="Root">Absolute path of its top directory.</param>
/// <param name="Url">Where it was cloned from, as git has it.</param>
/// <param name="Branch">The branch that hosts check out; null for none.</param>
/// <param name="Base">The commit that the remote has, as far as this clone knows.</param>
/// <param name="WithChanges">Whether what is here beyond that commit goes along.</param>
internal sealed record LocalRepo(string Root, RepoUrl Url, string? Branch, string Base, bool WithChanges)
{
    /// <summary>The top directory of the clone that a path is in; null for none.</summary>
    public static Task<string?> FindRootAsync(string path, CancellationToken cancellation) =>
        Directory.Exists(path) ? new GitCommand(path).AskAsync(cancellation, "rev-parse", "--show-toplevel") : Task.FromResult<string?>(null);

    /// <summary>Where a clone was cloned from; null when it has no remote.</summary>
    public static async Task<string?> FindUrlAsync(GitCommand git, CancellationToken cancellation) =>
        await RemoteAsync(git, cancellation) is { } remote ? await git.AskAsync(cancellation, "remote", "get-url", remote) : null;

    /// <summary>Reads it.</summary>
    /// <param name="root">Its top directory.</param>
    /// <param name="spec">What the configuration says of it.</param>
    /// <param name="what">How it is called in problems.</param>
    /// <param name="problems">Where problems go.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <returns>Null with a problem.</returns>
    public static async Task<LocalRepo?> ReadAsync(string root, RepoSpec spec, string what, List<string> problems, CancellationToken cancellation)
    {
        var git = new GitCommand(root);
        if (await RemoteAsync(git, cancellation) is not { } remote || await git.AskAsync(cancellation, "remote", "get-url", remote) is not { } text)
        {
            problems.Add($"{what}: the clone {root} has no remote that hosts could clone. Add one (git remote add origin URL) and push, or use `files` to send the directory as it is.");
            return null;
        }
        // Relative paths are git's own form of a clone of a neighbour.
        var url = RepoUrl.Parse(text) ?? (Directory.Exists(Path.GetFullPath(text, root)) ? RepoUrl.Parse("file://" + Path.GetFullPath(text, root)) : null);
        if (url is null)
        {
            problems.Add($"{what}: the remote {remote} of {root} has a URL that hosts can not clone; allowed: {RepoUrl.Allowed}.");
            return null;
        }
        var active = await git.AskAsync(cancellation, "symbolic-ref", "--quiet", "--short", "HEAD");
        if (spec.Hash is { } hash)
            return new LocalRepo(root, url, spec.Branch, hash, WithChanges: false);
        if (spec.Branch is { } branch && branch != active)
        {
            if (await git.AskAsync(cancellation, "rev-parse", "--quiet", "--verify", $"refs/remotes/{remote}/{branch}^{{commit}}") is { } tip)
                return new LocalRepo(root, url, branch, tip, WithChanges: false);
            problems.Add($"{what}: the clone {root} knows no branch {branch} of {remote}. Run `git fetch`, or push it.");
            return null;
        }
        if (await BaseAsync(git, remote, cancellation) is { } known)
            return new LocalRepo(root, url, await UpstreamAsync(git, remote, active, known, cancellation), known, WithChanges: true);
        problems.Add($"{what}: no commit of {root} is on {remote} yet, as far as this clone knows. Push once, or use `files` to send the directory as it is.");
        return null;
    }

    // That of the active branch, else origin, else the only one.
    private static async Task<string?> RemoteAsync(GitCommand git, CancellationToken cancellation)
    {
        if (await git.AskAsync(cancellation, "symbolic-ref", "--quiet", "--short", "HEAD") is { } branch && await git.AskAsync(cancellation, "config", $"branch.{branch}.remote") is { } upstream and not ".")
            return upstream;
        var remotes = (await git.AskAsync(cancellation, "remote"))?.Split('\n') ?? [];
        return remotes.Contains("origin") ? "origin" : remotes is [var only] ? only : null;
    }

    // The latest commit before what is here that any branch of the remote has.
    private static async Task<string?> BaseAsync(GitCommand git, string remote, CancellationToken cancellation)
    {
        if (await git.AskAsync(cancellation, "for-each-ref", "--format=%(objectname)", $"refs/remotes/{remote}") is not { } tips)
            return null;
        return await git.AskAsync(cancellation, ["merge-base", "HEAD", .. tips.Split('\n').Distinct()]);
    }

    // The active branch where the remote has it with this commit; a branch that was never pushed is none that hosts can clone.
    private static async Task<string?> UpstreamAsync(GitCommand git, string remote, string? active, string commit, CancellationToken cancellation)
    {
        if (active is null)
            return null;
        var merged = await git.RunAsync(["merge-base", "--is-ancestor", commit, $"refs/remotes/{remote}/{active}"], null, null, cancellation);
        return merged.Status == 0 ? active : null;
    }
}

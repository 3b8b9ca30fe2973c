using System.Formats.Tar;
using Gantry.Agent.Content;
using Gantry.Model.Link;

namespace Gantry.Agent.Executors.Docker;

/// <summary>
/// Puts a job's repo and archives into its container between its making and its start. Docker itself unpacks them, so that the image needs neither tar nor
/// a shell. They belong to the container's user.
/// </summary>
internal static class ContainerFiles
{
    private const string RootsHome = "/root";

    /// <summary>Puts them there, in their order.</summary>
    /// <exception cref="DockerException">Docker refused.</exception>
    public static async Task PutAsync(
        DockerContainers containers, string name, DockerCreate container, JobOrder order, DockerConfig? image, LocalContents contents, CancellationToken cancellation)
    {
        if (contents is { Repo: null, Archives.Count: 0 })
            return;
        var owner = await ContainerOwner.FindAsync(containers, name, order.User ?? image?.User, cancellation);
        // The repo first: files may go into it, and what is there would be in its way.
        if (contents.Repo is { } repo)
            await PutAsync(containers, name, container, repo, Resolve(repo.Order.Path, order, image?.WorkingDir), owner, cancellation);
        foreach (var archive in contents.Archives)
        {
            var target = Resolve(archive.Path, order, image?.WorkingDir);
            var isNew = !await containers.HasPathAsync(name, target, cancellation);
            await PutAsync(containers, name, archive.File, target, isNew, owner, cancellation);
        }
    }

    private static async Task PutAsync(
        DockerContainers containers, string name, DockerCreate container, LocalRepo repo, string target, FileOwner owner, CancellationToken cancellation)
    {
        var within = container.HostConfig.Mounts.Select(mount => mount.Target.TrimEnd('/')).Where(path => path.StartsWith(target.TrimEnd('/') + "/", StringComparison.Ordinal)).ToList();
        if (await IsTakenAsync(containers, name, container, target, within, cancellation))
        {
            if (repo.Order.SkipIfExists)
                return;
            throw new StartRefusedException(RepoPlaces.Taken(target));
        }
        if (await RepoPlaces.FindCoveredAsync(repo, target, within, cancellation) is { } covered)
            throw new StartRefusedException(RepoPlaces.Covered(covered));
        // With its root: Docker itself makes a working directory, and makes it root's.
        if (repo.Archive is { } archive)
        {
            await PutAsync(containers, name, archive, target, withRoot: true, owner, cancellation);
            return;
        }
        await containers.UnpackAsync(
            name,
            async body =>
            {
                await using var writer = new TarWriter(body, TarEntryFormat.Gnu, leaveOpen: true);
                await RepoTree.WriteAsync(repo.Directory!, writer, target, withRoot: true, owner, cancellation);
            },
            cancellation);
    }

    // What Docker shows of a container's files has its mounts in it, and the directories that it makes for them. What the image alone has there is seen in a container without any.
    private static async Task<bool> IsTakenAsync(
        DockerContainers containers, string name, DockerCreate container, string target, List<string> within, CancellationToken cancellation)
    {
        if (within.Count == 0)
            return await HasContentAsync(name);
        var bare = $"{name}-bare";
        await containers.CreateAsync(bare, container with { HostConfig = container.HostConfig with { Mounts = [] } }, cancellation);
        try
        {
            return await HasContentAsync(bare);
        }
        finally
        {
            await containers.RemoveAsync(bare, force: true, CancellationToken.None);
        }

        async Task<bool> HasContentAsync(string of) => await containers.HasPathAsync(of, target, cancellation) && await containers.HasContentAsync(of, target, cancellation);
    }

    private static Task PutAsync(DockerContainers containers, string name, string archive, string target, bool withRoot, FileOwner owner, CancellationToken cancellation) => containers.UnpackAsync(
        name,
        async body =>
        {
            await using var file = File.OpenRead(archive);
            await using var writer = new TarWriter(body, TarEntryFormat.Gnu, leaveOpen: true);
            await ArchiveTree.CopyAsync(file, writer, target, withRoot, owner, cancellation);
        },
        cancellation);

    /// <summary>The absolute path of what an order names, in its container.</summary>
    public static string Resolve(string path, JobOrder order, string? imageDirectory)
    {
        var home = (order.Container?.HomeDir ?? RootsHome).TrimEnd('/');
        var directory = order.WorkingDir switch
        {
            { Length: > 0 } own => Expand(own, home),
            _ => imageDirectory is { Length: > 0 } of ? of : "/",
        };
        return Path.GetFullPath(Expand(path, home), directory);
    }

    private static string Expand(string path, string home) => path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? home + path[1..] : path;
}

using Gantry.Agent.Executors;
using Gantry.Agent.Executors.Process;
using Gantry.Agent.Spool;
using Gantry.Agent.Volumes;
using Gantry.Model.Link;

namespace Gantry.Agent.Content;

/// <summary>The place of what a job brings that runs as a process: directories of the host, written as the job's user.</summary>
internal sealed class HostPlace(JobSpool spool, string directory, UnixAccount? account) : IContentPlace
{
    /// <inheritdoc/>
    public bool LeavesRepo(JobRepo repo)
    {
        var target = Target(repo.Path);
        // What an agent that died had begun to put there is no reason to stop.
        if (File.Exists(spool.RepoPlacingPath) || !HasContent(target))
            return false;
        return repo.SkipIfExists ? true : throw new StartRefusedException(RepoPlaces.Taken(target));
    }

    /// <inheritdoc/>
    public async Task PutAsync(LocalRepo repo, CancellationToken cancellation)
    {
        SpoolFiles.TryCreate(spool.RepoPlacingPath);
        var target = Target(repo.Order.Path);
        if (repo.Archive is { } archive)
        {
            await HostUnpack.RunAsync(archive, target, account, cancellation);
            return;
        }
        await HostUnpack.RunAsync(tar => RepoTree.WriteAsync(repo.Directory!, tar, target, withRoot: !Directory.Exists(target), FileOwner.Root, cancellation), $"the repo could not be put to {target}", account, cancellation);
        Directory.Delete(spool.RepoPath, recursive: true);
    }

    /// <inheritdoc/>
    public Task PutVolumesAsync(JobOrder order, CancellationToken cancellation) => JobVolumes.LinkAsync(order, directory, account, cancellation);

    /// <inheritdoc/>
    public Task PutAsync(LocalArchive archive, CancellationToken cancellation) => HostUnpack.RunAsync(archive.File, Target(archive.Path), account, cancellation);

    private string Target(string path) => WorkingDirectory.Resolve(path, directory, account);

    private static bool HasContent(string target) => File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any());
}

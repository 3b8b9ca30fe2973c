using System.Collections.Concurrent;
using Gantry.Agent.Executors;
using Gantry.Agent.Spool;
using Gantry.Model.Link;

namespace Gantry.Agent.Content;

/// <summary>
/// Brings what jobs need beside their order before they start: archives from their server, a clone of their repo, and, for processes, puts them into place. Nothing of it is kept
/// but the cache: an agent that comes later does it again, over what is there.
/// </summary>
internal sealed class JobContents(BlobFetches blobs, GitClone git)
{
    private readonly ConcurrentDictionary<Guid, Work> _works = new();
    private readonly ConcurrentDictionary<Guid, RepoCredentials> _credentials = new();

    /// <summary>Called when a job may have to be looked at.</summary>
    public Action<Guid> Changed { get; set; } = _ => { };

    private sealed record Work(Task<LocalContents> Task, CancellationTokenSource Ended);

    /// <summary>Keeps in memory who clones a job's repo.</summary>
    public void Know(Guid jobId, RepoCredentials credentials) => _credentials[jobId] = credentials;

    /// <summary>Begins, or says how far it is.</summary>
    /// <param name="spool">The job.</param>
    /// <param name="order">Its order.</param>
    /// <param name="place">Where it goes once it is here; null where that is done later.</param>
    /// <param name="mayReadHost">Whether the job itself could read what the agent can.</param>
    /// <exception cref="StartRefusedException">It can not be brought, and why.</exception>
    /// <exception cref="IOException">No room.</exception>
    public Preparation Prepare(JobSpool spool, JobOrder order, IContentPlace? place, bool mayReadHost)
    {
        if (order is { Files.Count: 0, Repo: null } && (place is null || order.Volumes.Count == 0))
            return Preparation.Ready;
        var work = _works.GetOrAdd(spool.JobId, _ => Begin(spool, order, place, mayReadHost));
        if (!work.Task.IsCompleted)
            return Preparation.Underway;
        work.Task.GetAwaiter().GetResult();
        return Preparation.Ready;
    }

    /// <summary>What was brought for a job that is prepared.</summary>
    public LocalContents Of(Guid jobId) => _works.TryGetValue(jobId, out var work) && work.Task.IsCompletedSuccessfully ? work.Task.GetAwaiter().GetResult() : LocalContents.None;

    /// <summary>Gives up what is under way for a job.</summary>
    public void Forget(Guid jobId)
    {
        _credentials.TryRemove(jobId, out _);
        if (_works.TryRemove(jobId, out var work))
            work.Ended.Cancel();
    }

    private Work Begin(JobSpool spool, JobOrder order, IContentPlace? place, bool mayReadHost)
    {
        var ended = new CancellationTokenSource();
        var task = Task.Run(() => BringAsync(spool, order, place, mayReadHost, ended.Token));
        _ = task.ContinueWith(_ => Changed(order.JobId), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return new Work(task, ended);
    }

    private async Task<LocalContents> BringAsync(JobSpool spool, JobOrder order, IContentPlace? place, bool mayReadHost, CancellationToken cancellation)
    {
        var wanted = order.Repo is { } named && place?.LeavesRepo(named) != true ? named : null;
        var here = new List<LocalArchive>(order.Files.Count);
        foreach (var file in order.Files)
            here.Add(new LocalArchive(await blobs.GetAsync(order.ServerId, file.Hash, file.Size, cancellation), file.Path));
        var repo = wanted is null ? null : await BringAsync(spool, order, wanted, mayReadHost, cancellation);
        if (place is null)
            return new LocalContents(repo, here);
        // The repo first: files may go into it, and what is there would be in its way. Then the volumes: files may go into them, too.
        if (repo is not null)
            await place.PutAsync(repo, cancellation);
        await place.PutVolumesAsync(order, cancellation);
        foreach (var archive in here)
            await place.PutAsync(archive, cancellation);
        return new LocalContents(repo, here);
    }

    private async Task<LocalRepo> BringAsync(JobSpool spool, JobOrder order, JobRepo repo, bool mayReadHost, CancellationToken cancellation)
    {
        var upload = repo.Upload is { Size: > 0 } file ? await blobs.GetAsync(order.ServerId, file.Hash, file.Size, cancellation) : null;
        if (repo.CloneUrl is null)
            return new LocalRepo(repo, null, upload ?? throw new StartRefusedException("The job's repo is a directory that was not uploaded. The job was not started. Apply it again."));
        // Never into the same directory twice: the git of an agent that died may still be writing there.
        var directory = Path.Combine(spool.RepoPath, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(spool.RepoPath);
        await git.RunAsync(order.JobId, repo, _credentials.GetValueOrDefault(order.JobId), upload, directory, mayReadHost, cancellation);
        _credentials.TryRemove(order.JobId, out _);
        return new LocalRepo(repo, directory, null);
    }
}

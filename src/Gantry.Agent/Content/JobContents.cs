using System.Collections.Concurrent;
using Gantry.Agent.Executors;
using Gantry.Agent.Spool;
using Gantry.Model.Link;

namespace Gantry.Agent.Content;

/// <summary>
/// Brings what jobs need beside their order before they start: archives from their server, and, for processes, puts them into place. Nothing of it is kept
/// but the cache: an agent that comes later does it again, over what is there.
/// </summary>
internal sealed class JobContents(BlobFetches blobs)
{
    private readonly ConcurrentDictionary<Guid, Work> _works = new();

    /// <summary>Called when a job may have to be looked at.</summary>
    public Action<Guid> Changed { get; set; } = _ => { };

    private sealed record Work(Task<IReadOnlyList<LocalArchive>> Task, CancellationTokenSource Ended);

    /// <summary>Begins, or says how far it is.</summary>
    /// <param name="spool">The job.</param>
    /// <param name="order">Its order.</param>
    /// <param name="place">Puts an archive into place once it is here; null where that is done later.</param>
    /// <param name="before">Does what has to be done before they are put into place; null for nothing.</param>
    /// <exception cref="StartRefusedException">It can not be brought, and why.</exception>
    /// <exception cref="IOException">No room.</exception>
    public Preparation Prepare(JobSpool spool, JobOrder order, Func<LocalArchive, CancellationToken, Task>? place, Func<CancellationToken, Task>? before = null)
    {
        if (order.Files.Count == 0 && before is null)
            return Preparation.Ready;
        var work = _works.GetOrAdd(spool.JobId, _ => Begin(order, place, before));
        if (!work.Task.IsCompleted)
            return Preparation.Underway;
        work.Task.GetAwaiter().GetResult();
        return Preparation.Ready;
    }

    /// <summary>The archives of a job that is prepared.</summary>
    public IReadOnlyList<LocalArchive> Of(Guid jobId) => _works.TryGetValue(jobId, out var work) && work.Task.IsCompletedSuccessfully ? work.Task.GetAwaiter().GetResult() : [];

    /// <summary>Gives up what is under way for a job.</summary>
    public void Forget(Guid jobId)
    {
        if (_works.TryRemove(jobId, out var work))
            work.Ended.Cancel();
    }

    private Work Begin(JobOrder order, Func<LocalArchive, CancellationToken, Task>? place, Func<CancellationToken, Task>? before)
    {
        var ended = new CancellationTokenSource();
        var task = Task.Run(() => BringAsync(order, place, before, ended.Token));
        _ = task.ContinueWith(_ => Changed(order.JobId), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return new Work(task, ended);
    }

    private async Task<IReadOnlyList<LocalArchive>> BringAsync(
        JobOrder order, Func<LocalArchive, CancellationToken, Task>? place, Func<CancellationToken, Task>? before, CancellationToken cancellation)
    {
        var here = new List<LocalArchive>(order.Files.Count);
        foreach (var file in order.Files)
            here.Add(new LocalArchive(await blobs.GetAsync(order.ServerId, file.Hash, file.Size, cancellation), file.Path));
        await (before?.Invoke(cancellation) ?? Task.CompletedTask);
        foreach (var archive in here)
            await (place?.Invoke(archive, cancellation) ?? Task.CompletedTask);
        return here;
    }
}

/// <summary>An archive that is here.</summary>
/// <param name="File">Absolute path of the archive.</param>
/// <param name="Path">Where it goes, as its job's order says.</param>
internal sealed record LocalArchive(string File, string Path);

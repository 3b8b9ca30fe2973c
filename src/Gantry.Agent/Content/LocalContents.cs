using Gantry.Model.Link;

namespace Gantry.Agent.Content;

/// <summary>What was brought for a job and is here.</summary>
/// <param name="Repo">Its repo; null for a job without.</param>
/// <param name="Archives">Its files, in their order.</param>
internal sealed record LocalContents(LocalRepo? Repo, IReadOnlyList<LocalArchive> Archives)
{
    /// <summary>Nothing.</summary>
    public static LocalContents None { get; } = new(null, []);
}

/// <summary>A repo that is here.</summary>
/// <param name="Order">What is to become of it.</param>
/// <param name="Directory">Absolute path of the clone; null for an archive.</param>
/// <param name="Archive">Absolute path of the archive; null for a clone.</param>
internal sealed record LocalRepo(JobRepo Order, string? Directory, string? Archive);

/// <summary>An archive that is here.</summary>
/// <param name="File">Absolute path of the archive.</param>
/// <param name="Path">Where it goes, as its job's order says.</param>
internal sealed record LocalArchive(string File, string Path);

/// <summary>Puts what was brought into place, for executors that do so before the start.</summary>
internal interface IContentPlace
{
    /// <summary>Whether the repo's place has something already that is to stay; asked before anything is brought.</summary>
    /// <exception cref="Executors.StartRefusedException">There is something, and nobody said that it may stay.</exception>
    bool LeavesRepo(JobRepo repo);

    /// <summary>Puts the repo there.</summary>
    Task PutAsync(LocalRepo repo, CancellationToken cancellation);

    /// <summary>Gives the job its volumes.</summary>
    Task PutVolumesAsync(JobOrder order, CancellationToken cancellation);

    /// <summary>Puts files there.</summary>
    Task PutAsync(LocalArchive archive, CancellationToken cancellation);
}

using System.Collections.Concurrent;
using Gantry.Model.Link;

namespace Gantry.Server.Agents;

/// <summary>How far the images of jobs are that are being fetched, by their agents' latest words. Not in the database: an agent tells it again with each connection.</summary>
internal sealed class ImagePulls
{
    private readonly ConcurrentDictionary<Guid, ImagePullProgress> pulls = new();

    /// <summary>What is known of a job's image; null where nothing is, or it is here.</summary>
    public ImagePullProgress? Of(Guid jobId) => pulls.GetValueOrDefault(jobId);

    /// <summary>Keeps an agent's word; false when that was known.</summary>
    public bool Note(ObservedJob observed)
    {
        if (observed.ImagePull is not { } progress)
            return pulls.TryRemove(observed.JobId, out _);
        var before = pulls.GetValueOrDefault(observed.JobId);
        pulls[observed.JobId] = progress;
        return before != progress;
    }
}

using Gantry.Model.Link;

namespace Gantry.Server.Agents;

/// <summary>
/// What an agent of an older build would not understand of an order: it ignores fields that it does not know, and would start the job without them. So
/// such a job is not sent, and has failed to start.
/// </summary>
internal static class OlderAgent
{
    /// <summary>Takes the jobs that this agent cannot start out of what it is to be told.</summary>
    public static IReadOnlyList<ObservedJob> TakeImpossible(List<WantedSet.Entry> entries, IReadOnlyList<string> features, string host, Guid serverId)
    {
        var impossible = entries.Select(entry => entry.Job?.Order).OfType<JobOrder>()
            .Select(order => (Order: order, Lack: Lack(order, features))).Where(job => job.Lack is not null).ToList();
        entries.RemoveAll(entry => impossible.Any(job => job.Order.JobId == entry.JobId));
        return [.. impossible.Select(job => new ObservedJob
        {
            JobId = job.Order.JobId,
            ServerId = serverId,
            ProjectName = job.Order.ProjectName,
            RunName = job.Order.RunName,
            JobName = job.Order.JobName,
            State = ObservedState.FailedToStart,
            Error = $"The agent of {host} is of a build that {job.Lack}: the job was not started. Update the agent, then run it again.",
        })];
    }

    private static string? Lack(JobOrder order, IReadOnlyList<string> features) =>
        order.Files.Count > 0 && !features.Contains(LinkProtocol.FilesFeature) ? "cannot receive files"
        : order.Leased && !features.Contains(LinkProtocol.LeasesFeature) ? "keeps no leases, which its run's retry policy needs"
        : null;
}

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
        var orders = entries.Select(entry => entry.Job?.Order).OfType<JobOrder>().Select(order => (Order: order, Lack: Lack(order, features))).Where(order => order.Lack is not null).ToList();
        if (orders.Count == 0)
            return [];
        entries.RemoveAll(entry => orders.Any(order => order.Order.JobId == entry.JobId));
        return [.. orders.Select(order => new ObservedJob
        {
            JobId = order.Order.JobId,
            ServerId = serverId,
            ProjectName = order.Order.ProjectName,
            RunName = order.Order.RunName,
            JobName = order.Order.JobName,
            State = ObservedState.FailedToStart,
            Error = $"The agent of {host} is of a build that cannot {order.Lack}: the job was not started. Update the agent, then run it again.",
        })];
    }

    private static string? Lack(JobOrder order, IReadOnlyList<string> features) =>
        order.Files.Count > 0 && !features.Contains(LinkProtocol.FilesFeature) ? "receive files"
        : order.Volumes.Count > 0 && !features.Contains(LinkProtocol.VolumesFeature) ? "give volumes to jobs"
        : null;
}

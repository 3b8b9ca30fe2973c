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
        if (features.Contains(LinkProtocol.FilesFeature) && features.Contains(LinkProtocol.ReposFeature))
            return [];
        var orders = entries.Select(entry => entry.Job?.Order).OfType<JobOrder>().Where(order => Lacks(order, features) is not null).ToList();
        entries.RemoveAll(entry => orders.Any(order => order.JobId == entry.JobId));
        return [.. orders.Select(order => new ObservedJob
        {
            JobId = order.JobId,
            ServerId = serverId,
            ProjectName = order.ProjectName,
            RunName = order.RunName,
            JobName = order.JobName,
            State = ObservedState.FailedToStart,
            Error = $"The agent of {host} is of a build that {Lacks(order, features)}: the job was not started. Update the agent, then run it again.",
        })];
    }

    private static string? Lacks(JobOrder order, IReadOnlyList<string> features) =>
        order.Files.Count > 0 && !features.Contains(LinkProtocol.FilesFeature) ? "cannot receive files"
        : order.Repo is not null && !features.Contains(LinkProtocol.ReposFeature) ? "cannot clone repos"
        : null;
}

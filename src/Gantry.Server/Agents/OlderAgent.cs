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
        if (features.Contains(LinkProtocol.FilesFeature))
            return [];
        var orders = entries.Select(entry => entry.Job?.Order).OfType<JobOrder>().Where(order => order.Files.Count > 0).ToList();
        entries.RemoveAll(entry => orders.Any(order => order.JobId == entry.JobId));
        return [.. orders.Select(order => new ObservedJob
        {
            JobId = order.JobId,
            ServerId = serverId,
            ProjectName = order.ProjectName,
            RunName = order.RunName,
            JobName = order.JobName,
            State = ObservedState.FailedToStart,
            Error = $"The agent of {host} is of a build that cannot receive files: the job was not started. Update the agent, then run it again.",
        })];
    }
}

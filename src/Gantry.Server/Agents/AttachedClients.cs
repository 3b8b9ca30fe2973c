using System.Collections.Concurrent;

namespace Gantry.Server.Agents;

/// <summary>How many connections of users go into each run now. Of this server only, and gone with it: whoever was attached comes back.</summary>
internal sealed class AttachedClients
{
    private readonly ConcurrentDictionary<Guid, int> counts = new();

    /// <summary>Whether anybody is there.</summary>
    public bool Any(Guid runId) => counts.ContainsKey(runId);

    /// <summary>Somebody came; true for the first.</summary>
    public bool Enter(Guid runId) => counts.AddOrUpdate(runId, 1, static (_, count) => count + 1) == 1;

    /// <summary>Somebody left; true for the last.</summary>
    public bool Leave(Guid runId)
    {
        // To 0 and out in one: somebody may come between the two.
        while (counts.TryGetValue(runId, out var count))
        {
            if (count == 1 ? counts.TryRemove(KeyValuePair.Create(runId, 1)) : counts.TryUpdate(runId, count - 1, count))
                return count == 1;
        }
        return false;
    }
}

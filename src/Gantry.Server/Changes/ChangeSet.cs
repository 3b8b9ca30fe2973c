namespace Gantry.Server.Changes;

/// <summary>What one transaction changed: told to those who wait, after its commit.</summary>
internal sealed class ChangeSet
{
    /// <summary>Runs that changed in any way, with their project.</summary>
    public Dictionary<Guid, (Guid ProjectId, string RunName)> Runs { get; } = [];

    /// <summary>Runs of which something else is wanted of a host now, by host.</summary>
    public Dictionary<Guid, HashSet<Guid>> Wanted { get; } = [];

    /// <summary>Says that something of this run may be wanted otherwise of this host.</summary>
    public void Want(Guid instanceId, Guid runId)
    {
        if (!Wanted.TryGetValue(instanceId, out var runs))
            Wanted[instanceId] = runs = [];
        runs.Add(runId);
    }

    /// <summary>Whether something may be placed now: a job was queued, or room came free.</summary>
    public bool Queue { get; set; }

    /// <summary>Whether a deadline was set that may be earlier than the present one.</summary>
    public bool Deadline { get; set; }

    /// <summary>Whether hosts were added to fleets, or are to leave them, or changed otherwise.</summary>
    public bool Hosts { get; set; }

    /// <summary>Hosts of which something else is wanted about volumes.</summary>
    public HashSet<Guid> VolumeHosts { get; } = [];

    /// <summary>Whether a volume may be due for its cleanup at another time.</summary>
    public bool Volumes { get; set; }

    /// <summary>How many events were recorded.</summary>
    public int Events { get; set; }
}

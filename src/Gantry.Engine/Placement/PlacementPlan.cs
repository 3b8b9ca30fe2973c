using Gantry.Model.Link;

namespace Gantry.Engine.Placement;

/// <summary>What to place, refuse, and let wait.</summary>
public sealed record PlacementPlan
{
    /// <summary>Jobs to place, whole runs only, in the order of the queue.</summary>
    public required IReadOnlyList<Assignment> Assignments { get; init; }
    /// <summary>Runs that no host could ever hold, with the sentence that says why.</summary>
    public required IReadOnlyList<Refusal> Refusals { get; init; }
    /// <summary>Runs that wait, with the sentence that says for what.</summary>
    public required IReadOnlyList<Refusal> Waiting { get; init; }
}

/// <summary>A job, its host, and the devices there that are its own.</summary>
public sealed record Assignment(Guid RunId, Guid JobId, Guid HostId, IReadOnlyList<GpuDevice> Gpus)
{
    /// <summary>Its volumes, one for each of its mounts of volumes.</summary>
    public IReadOnlyList<Guid> Volumes { get; init; } = [];
}

/// <summary>A run and the sentence that says why it is not placed.</summary>
public sealed record Refusal(Guid RunId, string Why);

using Gantry.Engine.Volumes;
using Gantry.Model.Api;

namespace Gantry.Engine.Placement;

/// <summary>A run whose jobs wait to be placed.</summary>
public sealed record QueuedRun
{
    /// <summary>The run's id.</summary>
    public required Guid RunId { get; init; }
    /// <summary>0 to 100; higher goes first.</summary>
    public required int Priority { get; init; }
    /// <summary>Earlier goes first within a priority.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }
    /// <summary>All of its jobs: placed together or not at all.</summary>
    public required IReadOnlyList<QueuedJob> Jobs { get; init; }
}

/// <summary>A job that waits to be placed.</summary>
/// <param name="JobId">The submission's id.</param>
/// <param name="Requirements">What it needs.</param>
/// <param name="NeedsContainer">Whether it names an image.</param>
public sealed record QueuedJob(Guid JobId, Requirements Requirements, bool NeedsContainer = false)
{
    /// <summary>Its project: hosts of another project's fleets are not for it. Null for a job that may go anywhere.</summary>
    public Guid? ProjectId { get; init; }
    /// <summary>Where its profile wants it to go.</summary>
    public PlacementWishes Wishes { get; init; } = PlacementWishes.None;
    /// <summary>The volumes that it is to have.</summary>
    public IReadOnlyList<VolumeWish> Volumes { get; init; } = [];
    /// <summary>A path where it wants a volume and no process can have one; null when it can be a process.</summary>
    public string? MountedOnlyInContainers { get; init; }

    /// <summary>Whether it would be a process on this host, rather than in a container.</summary>
    internal bool IsProcessOn(HostState host) => !NeedsContainer && host.Processes;
}

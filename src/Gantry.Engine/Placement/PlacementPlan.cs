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
public sealed record QueuedJob(Guid JobId, Requirements Requirements, bool NeedsContainer = false);

/// <summary>A host and what is taken of it.</summary>
public sealed record HostState
{
    /// <summary>The instance's id.</summary>
    public required Guid HostId { get; init; }
    /// <summary>Its name, for messages.</summary>
    public required string Name { get; init; }
    /// <summary>Whether it is the embedded host: shared freely, asks nothing by default, up to <see cref="MaxJobs"/>.</summary>
    public required bool Embedded { get; init; }
    /// <summary>Whether its agent is connected.</summary>
    public required bool Reachable { get; init; }
    /// <summary>Its hardware.</summary>
    public required HostResources Resources { get; init; }
    /// <summary>How many jobs at once.</summary>
    public required int MaxJobs { get; init; }
    /// <summary>Whether it can run containers.</summary>
    public bool Containers { get; init; }
    /// <summary>Why it cannot, as the rest of a sentence ("no Docker listens at …"); null when it is not known, or can.</summary>
    public string? ContainersProblem { get; init; }
    /// <summary>What each job there asked for (only what its configuration gave).</summary>
    public required IReadOnlyList<Requirements> Running { get; init; }
}

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

/// <summary>A job and its host.</summary>
public sealed record Assignment(Guid RunId, Guid JobId, Guid HostId);

/// <summary>A run and the sentence that says why it is not placed.</summary>
public sealed record Refusal(Guid RunId, string Why);

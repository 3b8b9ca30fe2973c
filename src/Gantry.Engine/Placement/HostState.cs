using Gantry.Model.Api;
using Gantry.Model.Link;

namespace Gantry.Engine.Placement;

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
    /// <summary>Since when it is not, for messages; null when it is not known.</summary>
    public DateTimeOffset? UnreachableSince { get; init; }
    /// <summary>Its hardware.</summary>
    public required HostResources Resources { get; init; }
    /// <summary>How many jobs at once, on the embedded host. A fleet's host runs one a block.</summary>
    public required int MaxJobs { get; init; }
    /// <summary>Whether it can run containers.</summary>
    public bool Containers { get; init; }
    /// <summary>Why it cannot, as the rest of a sentence ("no Docker listens at …"); null when it is not known, or can.</summary>
    public string? ContainersProblem { get; init; }
    /// <summary>Whether jobs without an image run there as processes, rather than in containers of a default image.</summary>
    public bool Processes { get; init; } = true;
    /// <summary>Its accelerators, also those that cannot be used now.</summary>
    public IReadOnlyList<GpuDevice> Gpus { get; init; } = [];
    /// <summary>Why there may be more of them, as the rest of a sentence; null for nothing.</summary>
    public string? GpuProblem { get; init; }
    /// <summary>The jobs there.</summary>
    public required IReadOnlyList<RunningJob> Running { get; init; }

    /// <summary>Its fleet; null for the embedded host.</summary>
    public Guid? FleetId { get; init; }
    /// <summary>Its fleet's name.</summary>
    public string? FleetName { get; init; }
    /// <summary>Its fleet's project: only its runs go there. Null for a host of every project.</summary>
    public Guid? ProjectId { get; init; }
    /// <summary>Its number in its fleet, from 0.</summary>
    public int? InstanceNum { get; init; }
    /// <summary>Names and addresses by which a configuration may ask for it.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];
    /// <summary>Equal parts that it is divided into, each for a job: CPUs, memory and GPUs; the disk is shared. 1 for a whole host a job; null for as many as it has GPUs, or CPUs.</summary>
    public int? Blocks { get; init; } = 1;
    /// <summary>Whether its fleet's hosts reach each other (<c>placement: cluster</c>): what several nodes of a run need.</summary>
    public bool Cluster { get; init; }
    /// <summary>Whether new jobs go there; a host that is being removed takes none.</summary>
    public bool Accepts { get; init; } = true;

    /// <summary>Blocks as a number.</summary>
    public int TotalBlocks => Embedded ? 1 : Math.Max(1, Blocks ?? (Gpus.Count > 0 ? Gpus.Count : Resources.Cpus));
}

/// <summary>A job of a host: what its configuration asked for, and what it was given.</summary>
/// <param name="Requirements">What it asked for.</param>
/// <param name="GpuIds">The devices that are its own.</param>
public sealed record RunningJob(Requirements Requirements, IReadOnlyList<string> GpuIds)
{
    /// <summary>A job without devices.</summary>
    public RunningJob(Requirements requirements)
        : this(requirements, [])
    {
    }
}

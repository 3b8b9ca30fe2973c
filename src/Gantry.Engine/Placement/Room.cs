using Gantry.Model.Api;
using Gantry.Model.Values;

namespace Gantry.Engine.Placement;

/// <summary>
/// A host while a plan is made: what is free of it shrinks as jobs are placed and room is reserved. The embedded host is shared by amounts; a
/// fleet's host by blocks, equal parts of its CPUs, memory and GPUs, of which a job takes as many as hold what it asks for.
/// </summary>
internal sealed class Room
{
    public Room(HostState host)
    {
        Host = host;
        Blocks = host.TotalBlocks;
        Total = new Capacity(
            host.Embedded ? Demand.Of(host, host.MaxJobs) : new Demand(Blocks, 0, 0, 0), [.. host.Gpus.Where(gpu => gpu.Problem is null)]);
        Free = new Capacity(
            host.Running.Aggregate(Total.Amounts, (free, running) => free - (DemandOf(running.Requirements) ?? new Demand(Blocks, 0, 0, 0))),
            Capacity.Without(Total.Gpus, host.Running.SelectMany(running => running.GpuIds)));
    }

    public HostState Host { get; }

    /// <summary>Parts that it is divided into.</summary>
    public int Blocks { get; }

    /// <summary>All that can be used of it.</summary>
    public Capacity Total { get; }

    /// <summary>What is neither taken by jobs nor reserved for a run that waits; below zero where more is wanted than is there.</summary>
    public Capacity Free { get; private set; }

    /// <summary>Its hardware as amounts.</summary>
    public Demand Hardware => Demand.Of(Host, Host.MaxJobs);

    /// <summary>What a job takes of it, GPUs apart; null when the whole host is too small.</summary>
    public Demand? DemandOf(Requirements requirements)
    {
        var asked = Demand.Of(requirements, Host.Embedded);
        if (Host.Embedded)
        {
            return asked;
        }

        if (!asked.FitsInto(Hardware with { Slots = 1 }))
        {
            return null;
        }

        // Several nodes share nothing of their hosts with others.
        return requirements.Multinode == true
            ? new Demand(Blocks, 0, 0, 0)
            : new Demand(
                Math.Max(
                    Math.Max(Parts(asked.Cpus, Host.Resources.Cpus), Parts(asked.MemoryMib, Host.Resources.MemoryMib)),
                    Parts(Math.Min(requirements.Resources.Gpu?.Count.Min ?? 0, Host.Gpus.Count), Host.Gpus.Count)),
                0,
                0,
                0);
    }

    public void Reserve(Portion portion) => Free = Free.Without(portion);

    /// <summary>What the job gets of what is there; null when it does not fit.</summary>
    public Portion? Fit(QueuedJob job, Capacity there)
    {
        if (MisfitOf(job) is not null || DemandOf(job.Requirements) is not { } demand)
        {
            return null;
        }

        // A card that needs more blocks than the CPUs do, by its memory: more are taken until the cards are there.
        for (; demand.FitsInto(there.Amounts); demand = demand with { Slots = demand.Slots + 1 })
        {
            var share = Host.Embedded ? 0 : (int)(demand.Slots * Host.Gpus.Count / Blocks);
            if (GpuChoice.Of(job.Requirements.Resources.Gpu, there.Gpus, share) is not { } gpus)
            {
                return null;
            }

            if (Host.Embedded || gpus.Count <= share)
            {
                return new Portion(demand, gpus);
            }
        }

        return null;
    }

    public bool FitsFree(QueuedJob job) => Fit(job, Free) is not null;

    public bool FitsEmpty(QueuedJob job) => Fit(job, Total) is not null;

    /// <summary>Why a host of this kind can not hold the job, however much it has; null when it can.</summary>
    public Misfit? MisfitOf(QueuedJob job) => this switch
    {
        _ when !Host.Accepts => Misfit.Leaving,
        _ when job.ProjectId is { } project && Host.ProjectId is { } owner && project != owner => Misfit.Project,
        _ when job.Wishes.Unmet(Host) is not null => Misfit.Wish,
        _ when (job.NeedsContainer || !Host.Processes) && !Host.Containers => Misfit.Container,
        _ when !HasArchitecture(job) => Misfit.Architecture,
        _ when !job.Volumes.All(wish => wish.Options.Any(volume => volume.IsFor(Host, job.IsProcessOn(Host)))) => Misfit.Volume,
        _ when job.MountedOnlyInContainers is not null && job.IsProcessOn(Host) => Misfit.Mount,
        _ when job.Requirements.Multinode == true && !Host.Embedded && !Host.Cluster => Misfit.Cluster,
        _ => null,
    };

    private bool HasArchitecture(QueuedJob job) => job.Requirements.Resources.Cpu?.Arch is not { } wanted
        || Host.Resources.CpuArch is not { } has || has == (wanted == CpuArchitecture.Arm ? "arm" : "x86");

    // At least one: a job that asks for nothing takes a place all the same.
    private long Parts(long asked, long has) => has == 0 ? 1 : Math.Max(1, ((asked * Blocks) + has - 1) / has);
}

/// <summary>Why a host is not of a kind that can hold a job.</summary>
internal enum Misfit
{
    /// <summary>It takes no new jobs.</summary>
    Leaving,
    /// <summary>It is another project's.</summary>
    Project,
    /// <summary>The profile asks for others.</summary>
    Wish,
    /// <summary>It runs no containers.</summary>
    Container,
    /// <summary>Its CPUs are of another kind.</summary>
    Architecture,
    /// <summary>It does not have a volume of the job's.</summary>
    Volume,
    /// <summary>It would run the job as a process, for which nothing can be mounted.</summary>
    Mount,
    /// <summary>Its fleet is not known to be connected.</summary>
    Cluster,
}

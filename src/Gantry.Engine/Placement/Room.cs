using Gantry.Model.Api;
using Gantry.Model.Values;

namespace Gantry.Engine.Placement;

/// <summary>A host while a plan is made: what is free of it shrinks as jobs are placed and room is reserved.</summary>
internal sealed class Room(HostState host)
{
    public HostState Host { get; } = host;

    /// <summary>All that it has.</summary>
    public Demand Total { get; } = Demand.Of(host);

    /// <summary>What is neither taken by jobs nor reserved for a run that waits; below zero where more is wanted than is there.</summary>
    public Demand Free { get; private set; } =
        host.Running.Aggregate(Demand.Of(host), (free, running) => free - Demand.Of(running, host.Embedded));

    public Demand DemandOf(QueuedJob job) => Demand.Of(job.Requirements, Host.Embedded);

    public void Reserve(Demand demand) => Free -= demand;

    public bool FitsFree(QueuedJob job) => IsEligible(job) && DemandOf(job).FitsInto(Free);

    public bool FitsEmpty(QueuedJob job) => IsEligible(job) && DemandOf(job).FitsInto(Total);

    /// <summary>Whether the host is of a kind that can hold the job, whatever is free of it.</summary>
    public bool IsEligible(QueuedJob job) =>
        (!job.NeedsContainer || Host.Containers) && HasArchitecture(job) && MatchingGpus(job) >= (job.Requirements.Resources.Gpu?.Count.Min ?? 0);

    public bool HasArchitecture(QueuedJob job) => job.Requirements.Resources.Cpu?.Arch is not { } wanted
        || Host.Resources.CpuArch is not { } has || has == (wanted == CpuArchitecture.Arm ? "arm" : "x86");

    private int MatchingGpus(QueuedJob job) => job.Requirements.Resources.Gpu is { } spec ? Host.Resources.Gpus.Count(gpu => Matches(spec, gpu)) : 0;

    private static bool Matches(GpuSpec spec, HostGpu gpu) =>
        (spec.Names is not { Count: > 0 } names || names.Contains(gpu.Name, StringComparer.OrdinalIgnoreCase))
        && (spec.Vendor is not { } vendor || string.Equals(gpu.Vendor, vendor.ToString(), StringComparison.OrdinalIgnoreCase))
        && (spec.Memory is not { } memory || memory.Contains(gpu.MemoryMib / 1024.0));
}

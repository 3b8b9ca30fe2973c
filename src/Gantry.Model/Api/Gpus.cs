using Gantry.Model.Values;

namespace Gantry.Model.Api;

/// <summary>Body of <c>gpus/list</c>.</summary>
public sealed record ListGpusRequest
{
    /// <summary>Whose requirements the GPUs must meet.</summary>
    public required RunSpec RunSpec { get; init; }
    /// <summary>Of <c>backend</c>, <c>region</c> (with backend) and <c>count</c>.</summary>
    public IReadOnlyList<string>? GroupBy { get; init; }
    /// <summary>Whole hosts rather than the part that a job would get.</summary>
    public bool FullOffers { get; init; }
    /// <summary>Only what no job has now.</summary>
    public bool UnallocatedResources { get; init; }
}

/// <summary>The answer.</summary>
public sealed record ListGpusResponse(IReadOnlyList<GpuGroup> Gpus);

/// <summary>A model of GPU, and where it is to be had.</summary>
public sealed record GpuGroup
{
    /// <summary>Model.</summary>
    public required string Name { get; init; }
    /// <summary>Memory of each in MiB.</summary>
    public required long MemoryMib { get; init; }
    /// <summary>Maker.</summary>
    public required string Vendor { get; init; }
    /// <summary>Availabilities of the offers.</summary>
    public required IReadOnlyList<string> Availability { get; init; }
    /// <summary><c>spot</c> and <c>on-demand</c>.</summary>
    public required IReadOnlyList<string> Spot { get; init; }
    /// <summary>How many an offer has.</summary>
    public required Range<int> Count { get; init; }
    /// <summary>Dollars an hour.</summary>
    public required Range<double> Price { get; init; }
    /// <summary>All backends, where they are not grouped by.</summary>
    public IReadOnlyList<string>? Backends { get; init; }
    /// <summary>The backend, where it is grouped by.</summary>
    public string? Backend { get; init; }
    /// <summary>Regions of the backend, where it is grouped by and they are not.</summary>
    public IReadOnlyList<string>? Regions { get; init; }
    /// <summary>The region, where it is grouped by.</summary>
    public string? Region { get; init; }
}

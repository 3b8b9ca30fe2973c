using System.Text.Json;

namespace Gantry.Model.Api;

/// <summary>A place where a job could run. dstack's <c>InstanceOfferWithAvailability</c>.</summary>
public sealed record InstanceOffer
{
    /// <summary>Always <c>remote</c> on hosts of one's own.</summary>
    public required string Backend { get; init; }
    /// <summary>The host's shape.</summary>
    public required InstanceType Instance { get; init; }
    /// <summary>Region.</summary>
    public required string Region { get; init; }
    /// <summary>Dollars an hour.</summary>
    public required double Price { get; init; }
    /// <summary>Unused.</summary>
    public JsonElement? BackendData { get; init; }
    /// <summary><c>idle</c>, <c>busy</c>, <c>available</c>, <c>not_available</c>, …</summary>
    public required string Availability { get; init; }
    /// <summary>Unused.</summary>
    public IReadOnlyList<string>? AvailabilityZones { get; init; }
    /// <summary><c>shim</c> for containers, <c>runner</c> for processes.</summary>
    public string InstanceRuntime { get; set; } = "shim";
    /// <summary>Blocks of the host that the offer takes.</summary>
    public int Blocks { get; set; } = 1;
    /// <summary>Blocks that the host is divided into.</summary>
    public int TotalBlocks { get; set; } = 1;
}

/// <summary>A kind of host.</summary>
public sealed record InstanceType(string Name, HostResources Resources);

/// <summary>Hardware of a host.</summary>
public sealed record HostResources
{
    /// <summary>Logical CPUs.</summary>
    public required int Cpus { get; init; }
    /// <summary>Memory in MiB.</summary>
    public required long MemoryMib { get; init; }
    /// <summary>GPUs, one entry each.</summary>
    public required IReadOnlyList<HostGpu> Gpus { get; init; }
    /// <summary>Spot instance.</summary>
    public bool Spot { get; init; }
    /// <summary>Disk.</summary>
    public required HostDisk Disk { get; init; }
    /// <summary><c>x86</c> or <c>arm</c>.</summary>
    public string? CpuArch { get; init; }
    /// <summary>In words.</summary>
    public string Description { get; set; } = "";
}

/// <summary>A GPU of a host.</summary>
public sealed record HostGpu(string Name, long MemoryMib, string? Vendor = null);

/// <summary>A disk of a host.</summary>
public sealed record HostDisk(long SizeMib);

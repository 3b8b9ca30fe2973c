using System.Text.Json.Serialization;
using Gantry.Model.Configurations;

namespace Gantry.Model.Values;

/// <summary>What a job needs of a host. On the wire in dstack's shape; sizes are in GB (1 GB = 1024 MiB).</summary>
[JsonConverter(typeof(ResourcesJson))]
public sealed record ResourcesSpec
{
    /// <summary>dstack's defaults: 2 CPUs or more, 8 GB or more, no GPU needed, 100 GB of disk or more.</summary>
    public static ResourcesSpec Default { get; } = new();

    /// <summary>CPUs; null when the configuration left it out (the wire then shows the default, <c>2..</c>).</summary>
    public CpuSpec? Cpu { get; init; }
    /// <summary>Memory in GB; null when left out (the wire then shows <c>8..</c>).</summary>
    public Range<double>? Memory { get; init; }
    /// <summary>Shared memory in GB.</summary>
    public double? ShmSize { get; init; }
    /// <summary>GPUs; null when left out (the wire then shows a count of <c>0..</c>).</summary>
    public GpuSpec? Gpu { get; init; }
    /// <summary>Disk in GB; null when left out (the wire then shows <c>100..</c>).</summary>
    public Range<double>? Disk { get; init; }
}

/// <summary>A range with inclusive ends; at least one is given. <c>2</c>, <c>2..8</c>, <c>2..</c>, <c>..8</c>.</summary>
public readonly record struct Range<T>(T? Min, T? Max) where T : struct, IComparable<T>
{
    /// <summary>Whether the value lies within.</summary>
    public bool Contains(T value) => (Min is not { } min || value.CompareTo(min) >= 0) && (Max is not { } max || value.CompareTo(max) <= 0);
}

/// <summary>CPU architecture and count.</summary>
/// <param name="Arch"><c>x86</c> or <c>arm</c>; null to infer.</param>
/// <param name="Count">Number of logical CPUs.</param>
public sealed record CpuSpec(CpuArchitecture? Arch, Range<int> Count);

/// <summary>GPUs by vendor, name, count and memory.</summary>
public sealed record GpuSpec
{
    /// <summary>Vendor; null to infer from the name.</summary>
    public GpuVendor? Vendor { get; init; }
    /// <summary>Acceptable models; null for any.</summary>
    public IReadOnlyList<string>? Names { get; init; }
    /// <summary>How many on one host.</summary>
    public Range<int> Count { get; init; } = new(1, null);
    /// <summary>Memory of each, in GB.</summary>
    public Range<double>? Memory { get; init; }
    /// <summary>Memory of all together, in GB.</summary>
    public Range<double>? TotalMemory { get; init; }
    /// <summary>Lowest NVIDIA compute capability (major, minor).</summary>
    public (int Major, int Minor)? ComputeCapability { get; init; }
}

/// <summary>CPU architectures.</summary>
public enum CpuArchitecture
{
    /// <summary>x86-64.</summary>
    X86,
    /// <summary>AArch64.</summary>
    Arm,
}

/// <summary>Makers of accelerators.</summary>
public enum GpuVendor
{
    /// <summary>NVIDIA.</summary>
    Nvidia,
    /// <summary>AMD.</summary>
    Amd,
    /// <summary>Google (TPU).</summary>
    Google,
    /// <summary>Intel.</summary>
    Intel,
    /// <summary>Tenstorrent.</summary>
    Tenstorrent,
}

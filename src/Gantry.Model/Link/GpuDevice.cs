namespace Gantry.Model.Link;

/// <summary>One accelerator of a host: what its vendor's tool says of it.</summary>
public sealed record GpuDevice
{
    /// <summary><c>nvidia</c>, <c>amd</c> or <c>tenstorrent</c>.</summary>
    public required string Vendor { get; init; }
    /// <summary>The model as configurations name it: <c>H100</c>, <c>RTX4090</c>, <c>MI300X</c>, <c>n150</c>.</summary>
    public required string Name { get; init; }
    /// <summary>Memory in MiB, by the size that it is sold as: an "80GB" card is 81920 although its driver keeps some of it.</summary>
    public required long MemoryMib { get; init; }
    /// <summary>Its place among the host's devices of that vendor, from 0: what the vendor's own variables and tools number it by.</summary>
    public required int Index { get; init; }
    /// <summary>What it is on this host and no other is: NVIDIA's UUID, or the address on the PCI bus.</summary>
    public required string Id { get; init; }
    /// <summary>NVIDIA's compute capability, <c>9.0</c>; null where there is none or the driver is too old to tell.</summary>
    public string? ComputeCapability { get; init; }
    /// <summary>Why no job can use it, as the rest of a sentence ("its driver asks for a reset"); null when it can be used.</summary>
    public string? Problem { get; init; }
    /// <summary>What its owner should know although it can be used, as the rest of a sentence; null for nothing.</summary>
    public string? Warning { get; init; }
}

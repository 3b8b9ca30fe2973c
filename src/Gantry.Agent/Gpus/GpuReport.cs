using Gantry.Model.Link;

namespace Gantry.Agent.Gpus;

/// <summary>A device and what it does now.</summary>
/// <param name="Device">The device.</param>
/// <param name="UtilPercent">How busy it is, 0 to 100; null where its tool does not tell.</param>
/// <param name="MemoryUsedMib">Memory in use, by any process; null where its tool does not tell.</param>
internal sealed record GpuReading(GpuDevice Device, int? UtilPercent, long? MemoryUsedMib);

/// <summary>What a vendor's tool said.</summary>
/// <param name="Readings">The devices, by index.</param>
/// <param name="Problem">Why that is not all, as the rest of a sentence ("nvidia-smi says: …"); null when it is.</param>
internal sealed record GpuReport(IReadOnlyList<GpuReading> Readings, string? Problem = null)
{
    /// <summary>No tool, no device.</summary>
    public static GpuReport None { get; } = new([]);

    /// <summary>Both together.</summary>
    public GpuReport With(GpuReport other) => new(
        [.. Readings, .. other.Readings], (Problem, other.Problem) switch { (null, var b) => b, (var a, null) => a, var (a, b) => $"{a}; {b}" });
}

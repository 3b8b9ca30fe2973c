using Gantry.Model.Link;

namespace Gantry.Engine.Placement;

/// <summary>What is there to be taken of a host: amounts, and devices one by one.</summary>
internal sealed record Capacity(Demand Amounts, IReadOnlyList<GpuDevice> Gpus)
{
    /// <summary>What is left when a job has its part.</summary>
    public Capacity Without(Portion portion) => new(Amounts - portion.Demand, portion.Gpus.Count == 0 ? Gpus : Without(Gpus, portion.Gpus.Select(gpu => gpu.Id)));

    /// <summary>Devices without those of these ids.</summary>
    public static IReadOnlyList<GpuDevice> Without(IReadOnlyList<GpuDevice> gpus, IEnumerable<string> ids)
    {
        var taken = ids.ToHashSet(StringComparer.Ordinal);
        return taken.Count == 0 ? gpus : [.. gpus.Where(gpu => !taken.Contains(gpu.Id))];
    }
}

/// <summary>What one job takes of a host.</summary>
internal sealed record Portion(Demand Demand, IReadOnlyList<GpuDevice> Gpus);

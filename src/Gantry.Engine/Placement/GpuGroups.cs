using Gantry.Model.Api;
using Gantry.Model.Values;

namespace Gantry.Engine.Placement;

/// <summary>Offers summed up by the GPUs in them.</summary>
public static class GpuGroups
{
    /// <summary>What may be grouped by beside the model.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["backend", "region", "count"];

    /// <summary>The groups: by model, memory and maker, and by these. Offers without GPUs are in none.</summary>
    public static IReadOnlyList<GpuGroup> Of(IReadOnlyList<InstanceOffer> offers, IReadOnlyCollection<string> by)
    {
        var (backend, region, count) = (by.Contains("backend"), by.Contains("region"), by.Contains("count"));
        return [.. offers
            .Where(offer => offer.Instance.Resources.Gpus.Count > 0)
            .GroupBy(offer => (
                offer.Instance.Resources.Gpus[0].Name,
                offer.Instance.Resources.Gpus[0].MemoryMib,
                Vendor: offer.Instance.Resources.Gpus[0].Vendor ?? "nvidia",
                Backend: backend ? offer.Backend : null,
                Region: region ? offer.Region : null,
                Count: count ? offer.Instance.Resources.Gpus.Count : 0))
            .OrderBy(group => group.Key.Name, StringComparer.Ordinal).ThenBy(group => group.Key.MemoryMib).ThenBy(group => group.Key.Count)
            .Select(group => new GpuGroup
            {
                Name = group.Key.Name,
                MemoryMib = group.Key.MemoryMib,
                Vendor = group.Key.Vendor,
                Availability = [.. group.Select(offer => offer.Availability).Distinct()],
                Spot = [.. group.Select(offer => offer.Instance.Resources.Spot ? "spot" : "on-demand").Distinct()],
                Count = new Range<int>(group.Min(offer => offer.Instance.Resources.Gpus.Count), group.Max(offer => offer.Instance.Resources.Gpus.Count)),
                Price = new Range<double>(group.Min(offer => offer.Price), group.Max(offer => offer.Price)),
                Backends = backend ? null : [.. group.Select(offer => offer.Backend).Distinct()],
                Backend = group.Key.Backend,
                Regions = backend && !region ? [.. group.Select(offer => offer.Region).Distinct()] : null,
                Region = group.Key.Region,
            })];
    }
}

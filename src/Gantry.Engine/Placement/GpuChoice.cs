using Gantry.Model.Link;
using Gantry.Model.Values;

namespace Gantry.Engine.Placement;

/// <summary>Which devices a job gets: all of one model, as many as it asks for, in the order of their numbers.</summary>
internal static class GpuChoice
{
    private const double MibPerGb = 1024;

    /// <summary>Whether a configuration's words mean this device.</summary>
    public static bool Matches(GpuSpec spec, GpuDevice gpu) =>
        (spec.Names is not { Count: > 0 } names || names.Any(name => IsNamed(name, gpu.Name)))
        && (spec.Vendor is not { } vendor || string.Equals(gpu.Vendor, vendor.ToString(), StringComparison.OrdinalIgnoreCase))
        && (spec.Memory is not { } memory || memory.Contains(gpu.MemoryMib / MibPerGb))
        && (spec.ComputeCapability is not { } least || IsCapable(gpu, least));

    /// <summary>
    /// The devices for a job, or null when there are not enough.
    /// </summary>
    /// <param name="spec">What it asks for; null when its configuration says nothing.</param>
    /// <param name="free">What is there.</param>
    /// <param name="share">How many come with its part of the host, whether asked for or not: a job that has a host to itself has its GPUs. 0 on a host that is shared freely.</param>
    public static IReadOnlyList<GpuDevice>? Of(GpuSpec? spec, IReadOnlyList<GpuDevice> free, int share)
    {
        if (spec is null)
        {
            return share == 0 ? [] : [.. free.Take(share)];
        }

        foreach (var model in free.Where(gpu => Matches(spec, gpu)).GroupBy(gpu => (gpu.Vendor, gpu.Name, gpu.MemoryMib)).OrderBy(model => model.Key.MemoryMib))
        {
            if (Count(spec, model.Key.MemoryMib, model.Count(), share) is { } count)
            {
                return [.. model.Take(count)];
            }
        }

        return (spec.Count.Min ?? 0) == 0 && spec.TotalMemory?.Min is null ? [] : null;
    }

    private static int? Count(GpuSpec spec, long memoryMib, int there, int share)
    {
        var each = memoryMib / MibPerGb;
        var least = Math.Max(spec.Count.Min ?? 0, spec.TotalMemory?.Min is { } total && each > 0 ? (int)Math.Ceiling(total / each) : 0);
        var most = Math.Min(spec.Count.Max ?? int.MaxValue, spec.TotalMemory?.Max is { } cap && each > 0 ? (int)Math.Floor(cap / each) : int.MaxValue);
        return least > there || least > most ? null : Math.Min(most, Math.Min(there, Math.Max(least, share)));
    }

    // "RTX 4090" and "RTX4090" are one card.
    private static bool IsNamed(string wanted, string name) =>
        string.Equals(wanted.Replace(" ", "", StringComparison.Ordinal), name.Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

    private static bool IsCapable(GpuDevice gpu, (int Major, int Minor) least) =>
        Version.TryParse(gpu.ComputeCapability, out var has) && (has.Major, has.Minor).CompareTo(least) >= 0;
}

using Gantry.Model.Configurations;

namespace Gantry.Engine.Runs;

/// <summary>
/// Since when each of a job's GPUs idles, as its <c>utilization_policy</c> means it: below the floor in every sample. What was not measured is no idleness: a GPU whose
/// tool tells nothing, or a host that was away, begins anew. So a job is never ended for what nobody saw, and a server that was started anew at worst ends one later.
/// </summary>
/// <param name="SeenAt">When it was last measured; null before.</param>
/// <param name="Since">For each GPU since when it idles; null for one that does not.</param>
public sealed record GpuIdleness(DateTimeOffset? SeenAt, IReadOnlyList<DateTimeOffset?> Since)
{
    /// <summary>A longer pause between two samples than this is a gap: there is one every few seconds.</summary>
    public static readonly TimeSpan LongestGap = TimeSpan.FromMinutes(1);

    /// <summary>Before the first sample.</summary>
    public static GpuIdleness Unknown { get; } = new(null, []);

    /// <summary>With one more sample.</summary>
    /// <param name="at">When it was taken.</param>
    /// <param name="percents">The use of each GPU in per cent; null where it is not known.</param>
    /// <param name="floor">Per cent that each GPU is to be used for at least.</param>
    public GpuIdleness With(DateTimeOffset at, IReadOnlyList<int?> percents, int floor)
    {
        // Also a clock that was set back: what was measured then says nothing about now.
        var goesOn = SeenAt is { } seen && at >= seen && at - seen <= LongestGap;
        return new(at, [.. percents.Select((percent, gpu) => percent < floor ? (goesOn && gpu < Since.Count ? Since[gpu] : null) ?? at : (DateTimeOffset?)null)]);
    }

    /// <summary>The first GPU that idled for all of the policy's window; null when none did.</summary>
    public int? IdleFor(UtilizationPolicy policy)
    {
        for (var gpu = 0; gpu < Since.Count; gpu++)
        {
            if (Since[gpu] <= SeenAt - policy.TimeWindow)
            {
                return gpu;
            }
        }

        return null;
    }
}

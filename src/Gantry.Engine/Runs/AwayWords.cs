using System.Globalization;

namespace Gantry.Engine.Runs;

/// <summary>A host that jobs of a run are on, and that can not be reached.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Since">Since when.</param>
/// <param name="LeaseLeft">How long its jobs may live on there; null when they hold no lease.</param>
public sealed record AwayHost(string Name, DateTimeOffset Since, TimeSpan? LeaseLeft);

/// <summary>What a run waits for whose hosts are away.</summary>
public static class AwayWords
{
    /// <summary>The sentence; null when none is away.</summary>
    public static string? Of(IReadOnlyList<AwayHost> hosts, DateTimeOffset now) => hosts.Count == 0 ? null : string.Join(" ", hosts.Select(host => Of(host, now)));

    private static string Of(AwayHost host, DateTimeOffset now) => $"Host {host.Name} is unreachable for {Age(now - host.Since)}" + host.LeaseLeft switch
    {
        null => ": the run waits for it, and is not placed elsewhere without `interruption` in its retry policy.",
        { } left when left > TimeSpan.Zero => $"; its lease ends in {Age(left)}, then the run goes on elsewhere.",
        _ => "; its lease is over.",
    };

    private static string Age(TimeSpan time) => time < TimeSpan.FromMinutes(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Ceiling(time.TotalSeconds)):0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalMinutes):0} min");
}

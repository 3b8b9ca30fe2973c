using System.Globalization;
using Gantry.Model.Configurations;

namespace Gantry.Engine.Placement;

/// <summary>Where a run's profile wants it to go; what is null is left open.</summary>
public sealed record PlacementWishes
{
    /// <summary>Anywhere.</summary>
    public static PlacementWishes None { get; } = new();

    /// <summary>Fleets by name.</summary>
    public IReadOnlyList<string>? Fleets { get; init; }
    /// <summary>Instances.</summary>
    public IReadOnlyList<InstanceSelector>? Instances { get; init; }
    /// <summary>Instance types: on hosts of one's own, their names.</summary>
    public IReadOnlyList<string>? InstanceTypes { get; init; }

    /// <summary>Those of a configuration with its profile merged in.</summary>
    public static PlacementWishes Of(IProfileParameters profile) =>
        profile is { Fleets: null, Instances: null, InstanceTypes: null }
            ? None
            : new() { Fleets = profile.Fleets, Instances = profile.Instances, InstanceTypes = profile.InstanceTypes };

    /// <summary>What of them a host is not, as the rest of "it asks for …"; null when it is all of them.</summary>
    internal string? Unmet(HostState host)
    {
        if (Fleets is not null && (host.FleetName is null || !Fleets.Any(fleet => IsFleet(fleet, host.FleetName))))
        {
            return "fleet " + string.Join(" or ", Fleets);
        }

        if (Instances is not null && !Instances.Any(wanted => IsInstance(wanted, host)))
        {
            return "instance " + string.Join(" or ", Instances.Select(NameOf));
        }

        return InstanceTypes is not null && !InstanceTypes.Contains(host.Name, StringComparer.OrdinalIgnoreCase)
            ? "instance type " + string.Join(" or ", InstanceTypes)
            : null;
    }

    // A fleet of another project is named with that project; here each project has its own fleets only.
    private static bool IsFleet(string wanted, string name) => string.Equals(wanted[(wanted.LastIndexOf('/') + 1)..], name, StringComparison.Ordinal);

    private static bool IsInstance(InstanceSelector wanted, HostState host) => wanted switch
    {
        { Fleet: { } fleet } => host.FleetName is { } name && IsFleet(fleet, name) && host.InstanceNum == wanted.InstanceNum,
        { Name: { } name } => string.Equals(name, host.Name, StringComparison.Ordinal),
        { Hostname: { } hostname } => host.Addresses.Contains(hostname, StringComparer.OrdinalIgnoreCase),
        _ => false,
    };

    private static string NameOf(InstanceSelector wanted) =>
        wanted.Name ?? wanted.Hostname ?? string.Create(CultureInfo.InvariantCulture, $"{wanted.Fleet}/{wanted.InstanceNum}");
}

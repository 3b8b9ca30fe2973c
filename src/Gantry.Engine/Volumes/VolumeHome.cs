using Gantry.Engine.Placement;
using Gantry.Model.Configurations;

namespace Gantry.Engine.Volumes;

/// <summary>Where a volume is to be, as a pure function of its configuration and the hosts that there are.</summary>
/// <param name="HostId">The host; null where the first job chooses it, or every host of its fleet has it.</param>
/// <param name="IsEverywhere">Whether every host of its fleet has it.</param>
/// <param name="Problem">Why it can be nowhere, as a sentence; null when it can.</param>
public sealed record VolumeHome(Guid? HostId, bool IsEverywhere = false, string? Problem = null)
{
    /// <summary>Decides it.</summary>
    /// <param name="volume">What was applied.</param>
    /// <param name="fleetId">The fleet that it names.</param>
    /// <param name="hosts">The hosts of its project, and those of every project.</param>
    public static VolumeHome Of(VolumeConfiguration volume, Guid? fleetId, IReadOnlyList<HostState> hosts)
    {
        if (volume.Instance is { } name)
        {
            return hosts.FirstOrDefault(host => string.Equals(host.Name, name, StringComparison.Ordinal)) is { } named
                ? new(named.HostId)
                : new VolumeHome(HostId: null, Problem: $"instance: {name}: there is no such host. {Known(hosts)}");
        }
        if (IsEverywhereOf(volume))
            return new VolumeHome(HostId: null, IsEverywhere: true);
        var possible = hosts.Where(host => host.Accepts && (fleetId is null || host.FleetId == fleetId)).ToList();
        if (possible is [var only])
            return new(only.HostId);
        // A directory that is there is somewhere; a new one may be made wherever its first job goes.
        return volume.Directory is { } path
            ? new VolumeHome(HostId: null, Problem: $"path: {path}: which host has it is not said. Name that host (instance: NAME), or the fleet whose hosts all have it (fleet: NAME). {Known(hosts)}")
            : new VolumeHome(HostId: null);
    }

    /// <summary>Whether every host of a fleet is said to have it.</summary>
    public static bool IsEverywhereOf(VolumeConfiguration volume) => volume is { Directory: not null, Fleet: not null };

    private static string Known(IReadOnlyList<HostState> hosts) => hosts.Count == 0
        ? "No host is known yet."
        : $"Known are: {string.Join(", ", hosts.Select(host => host.Name).Order(StringComparer.Ordinal).Take(10))}{(hosts.Count > 10 ? ", …" : "")}.";
}

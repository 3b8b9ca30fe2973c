using Gantry.Model.Configurations;

namespace Gantry.Engine.Fleets;

/// <summary>What of a fleet's configuration this version cannot do, each named with its key: never ignored in silence.</summary>
public static class UnsupportedFleets
{
    /// <summary>The sentences; empty when all can be done.</summary>
    public static IReadOnlyList<string> Of(FleetConfiguration fleet) => [.. Lines(fleet)];

    private static IEnumerable<string> Lines(FleetConfiguration fleet)
    {
        if (fleet.SshConfig is null)
            yield return "nodes: fleets of cloud instances are not there yet. Name hosts of your own in ssh_config.";
        foreach (var (name, value) in fleet.Env)
        {
            if (value is null)
                yield return $"env: {name}: it has no value. Give it one, or set it in the environment of the command that applies.";
        }
    }
}

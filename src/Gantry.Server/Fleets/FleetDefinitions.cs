using System.Collections.Concurrent;
using System.Text.Json;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Storage.Rows;

namespace Gantry.Server.Fleets;

/// <summary>What fleets' specs say, parsed once each.</summary>
internal static class FleetDefinitions
{
    private const int MostKept = 1000;
    private static readonly ConcurrentDictionary<string, FleetConfiguration> Parsed = new(StringComparer.Ordinal);

    public static FleetConfiguration Of(FleetRow row)
    {
        if (Parsed.TryGetValue(row.Spec, out var known))
            return known;
        if (Parsed.Count >= MostKept)
            Parsed.Clear();
        return Parsed[row.Spec] = JsonSerializer.Deserialize(row.Spec, ApiJson.Default.FleetSpec)!.Fleet;
    }
}

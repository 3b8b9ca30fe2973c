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

    // By their ids: a spec names a thousand hosts, and is asked for by each of them.
    private static readonly ConcurrentDictionary<Guid, (string Spec, FleetConfiguration Fleet)> Parsed = new();

    public static FleetConfiguration Of(FleetRow row)
    {
        if (Parsed.TryGetValue(row.Id, out var known) && ReferenceEquals(known.Spec, row.Spec))
            return known.Fleet;
        if (Parsed.Count >= MostKept)
            Parsed.Clear();
        var fleet = known.Spec == row.Spec ? known.Fleet : JsonSerializer.Deserialize(row.Spec, ApiJson.Default.FleetSpec)!.Fleet;
        Parsed[row.Id] = (row.Spec, fleet);
        return fleet;
    }
}

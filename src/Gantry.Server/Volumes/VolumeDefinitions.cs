using System.Collections.Concurrent;
using System.Text.Json;
using Gantry.Engine.Volumes;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Storage.Rows;

namespace Gantry.Server.Volumes;

/// <summary>What volumes' configurations say, parsed once each.</summary>
internal static class VolumeDefinitions
{
    private const int MostKept = 1000;
    private static readonly ConcurrentDictionary<string, VolumeConfiguration> Parsed = new(StringComparer.Ordinal);

    public static VolumeConfiguration Of(VolumeRow row)
    {
        if (Parsed.TryGetValue(row.Spec, out var known))
            return known;
        if (Parsed.Count >= MostKept)
            Parsed.Clear();
        return Parsed[row.Spec] = (VolumeConfiguration)JsonSerializer.Deserialize(row.Spec, ApiJson.Default.Configuration)!;
    }

    /// <summary>Whether every host of its fleet has it.</summary>
    public static bool IsEverywhere(VolumeRow row) => row is { IsExternal: true, FleetId: not null } && VolumeHome.IsEverywhereOf(Of(row));
}

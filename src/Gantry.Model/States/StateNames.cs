using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gantry.Model.States;

/// <summary>The names of states and reasons on the wire and in the database: snake case of the member.</summary>
public static class StateNames
{
    /// <summary>The wire name: <c>AllJobsDone</c> is <c>all_jobs_done</c>.</summary>
    public static string WireName<TEnum>(this TEnum value) where TEnum : struct, Enum => Names<TEnum>.ToName[value];

    /// <summary>The member with this wire name, or null.</summary>
    public static TEnum? Parse<TEnum>(string? name) where TEnum : struct, Enum =>
        name is not null && Names<TEnum>.FromName.TryGetValue(name, out var value) ? value : null;

    private static class Names<TEnum> where TEnum : struct, Enum
    {
        public static readonly Dictionary<TEnum, string> ToName =
            Enum.GetValues<TEnum>().ToDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

        public static readonly Dictionary<string, TEnum> FromName = ToName.ToDictionary(pair => pair.Value, pair => pair.Key);
    }
}

/// <summary>Writes an enum by its <see cref="StateNames.WireName"/>.</summary>
public sealed class SnakeCaseEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;

using System.Text.Json;

namespace Gantry.Model.Values;

/// <summary>The names of a configuration's enums: kebab case of the member (<c>OnDemand</c> is <c>on-demand</c>).</summary>
public static class WireName
{
    /// <summary>The name in YAML and JSON.</summary>
    public static string Of<TEnum>(TEnum value) where TEnum : struct, Enum => Names<TEnum>.ToName[value];

    /// <summary>The member with this name, or null.</summary>
    public static TEnum? Parse<TEnum>(string name) where TEnum : struct, Enum =>
        Names<TEnum>.FromName.TryGetValue(name, out var value) ? value : null;

    /// <summary>Every name, in the order of the members.</summary>
    public static IReadOnlyList<string> All<TEnum>() where TEnum : struct, Enum => Names<TEnum>.InOrder;

    private static class Names<TEnum> where TEnum : struct, Enum
    {
        public static readonly Dictionary<TEnum, string> ToName =
            Enum.GetValues<TEnum>().ToDictionary(value => value, value => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()));

        public static readonly Dictionary<string, TEnum> FromName = ToName.ToDictionary(pair => pair.Value, pair => pair.Key);

        public static readonly IReadOnlyList<string> InOrder = [.. Enum.GetValues<TEnum>().Select(value => ToName[value])];
    }
}

using System.Globalization;
using System.Text.Json;

namespace Gantry.Agent.Gpus;

/// <summary>
/// Values of the tools' JSON, whose form changes from release to release: a number, a text, a text with its unit, an object of value and unit,
/// and <c>N/A</c> for what is not there.
/// </summary>
internal static class LooseJson
{
    /// <summary>The field, by any of these paths; null when none is there.</summary>
    public static JsonElement? At(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }
        return element;
    }

    /// <summary>Its text; null for nothing and <c>N/A</c>.</summary>
    public static string? Text(this JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.String } text when text.GetString() is { Length: > 0 } value && value != "N/A" => value,
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    /// <summary>Its number, without a unit; null when it is none.</summary>
    public static double? Number(this JsonElement? element)
    {
        if (element is { ValueKind: JsonValueKind.Object } box)
            return box.At("value").Number();
        if (element.Text() is not { } text)
            return null;
        var word = text.Split(' ', 2)[0].TrimEnd('%');
        return double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>The first JSON document of an output that may begin with a warning; null with no such document in it.</summary>
    public static JsonDocument? Document(string output)
    {
        foreach (var line in Starts(output))
        {
            try
            {
                var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(output[line..]), new JsonReaderOptions { AllowTrailingCommas = true });
                return JsonDocument.ParseValue(ref reader);
            }
            catch (JsonException)
            {
                // A bracket of a warning: the document begins further down.
            }
        }
        return null;
    }

    private static IEnumerable<int> Starts(string output)
    {
        for (var i = 0; i < output.Length; i++)
        {
            if (output[i] is '{' or '[' && (i == 0 || output[i - 1] == '\n'))
                yield return i;
        }
    }
}

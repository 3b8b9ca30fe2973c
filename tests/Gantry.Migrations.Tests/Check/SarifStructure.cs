using System.Text.Json;

namespace Gantry.Migrations.Tests.Check;

/// <summary>
/// What the standard's schema of SARIF 2.1.0 demands of the objects that a report is made of, in our own words: which properties there are (any other is refused),
/// which of them must be there, and which values a word may have. A property of an object we never write is an error here.
/// </summary>
internal static class SarifStructure
{
    // A property: what it holds (a kind below, or a word of JSON); "!" when it is required, "[]" when it is a list.
    private static readonly Dictionary<string, Dictionary<string, string>> Kinds = new()
    {
        ["log"] = new() { ["$schema"] = "uri", ["version"] = "2.1.0 !", ["runs"] = "run[] !" },
        ["run"] = new() { ["tool"] = "tool !", ["columnKind"] = "utf16CodeUnits|unicodeCodePoints", ["results"] = "result[]" },
        ["tool"] = new() { ["driver"] = "toolComponent !" },
        ["toolComponent"] = new() { ["name"] = "string !", ["version"] = "string", ["rules"] = "reportingDescriptor[]" },
        ["reportingDescriptor"] = new() { ["id"] = "string !", ["shortDescription"] = "multiformatMessageString", ["help"] = "multiformatMessageString", ["helpUri"] = "uri", ["defaultConfiguration"] = "reportingConfiguration" },
        ["multiformatMessageString"] = new() { ["text"] = "string !" },
        ["reportingConfiguration"] = new() { ["level"] = "none|note|warning|error" },
        ["result"] = new() { ["ruleId"] = "string", ["ruleIndex"] = "index", ["level"] = "none|note|warning|error", ["message"] = "message !", ["locations"] = "location[]", ["suppressions"] = "suppression[]" },
        ["message"] = new() { ["text"] = "string !" },
        ["suppression"] = new() { ["kind"] = "inSource|external !", ["justification"] = "string" },
        ["location"] = new() { ["physicalLocation"] = "physicalLocation" },
        ["physicalLocation"] = new() { ["artifactLocation"] = "artifactLocation !", ["region"] = "region" },
        ["artifactLocation"] = new() { ["uri"] = "uri" },
        ["region"] = new() { ["startLine"] = "place", ["startColumn"] = "place", ["endLine"] = "place", ["endColumn"] = "place" },
    };

    /// <summary>Where a report is not as it must be.</summary>
    public static List<string> Problems(JsonElement report)
    {
        var problems = new List<string>();
        Look(report, "log", "$", problems);
        return problems;
    }

    private static void Look(JsonElement element, string kind, string path, List<string> problems)
    {
        if (kind.EndsWith("[]", StringComparison.Ordinal))
        {
            if (element.ValueKind != JsonValueKind.Array)
                problems.Add($"{path} is no list");
            else
                foreach (var (item, i) in element.EnumerateArray().Select((item, i) => (item, i)))
                    Look(item, kind[..^2], $"{path}[{i}]", problems);
        }
        else if (Kinds.TryGetValue(kind, out var properties))
            Properties(element, properties, path, problems);
        else if (!Holds(element, kind))
            problems.Add($"{path} is {element.GetRawText()}, not {kind}");
    }

    private static void Properties(JsonElement element, Dictionary<string, string> properties, string path, List<string> problems)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            problems.Add($"{path} is no object");
            return;
        }
        foreach (var (name, kind) in properties)
            if (element.TryGetProperty(name, out var value))
                Look(value, kind.TrimEnd('!', ' '), $"{path}.{name}", problems);
            else if (kind.EndsWith('!'))
                problems.Add($"{path}.{name} is missing");
        problems.AddRange(element.EnumerateObject().Where(property => !properties.ContainsKey(property.Name)).Select(property => $"{path}.{property.Name} is no property of the standard"));
    }

    private static bool Holds(JsonElement element, string kind) => kind switch
    {
        "string" => element.ValueKind == JsonValueKind.String,
        "uri" => element.ValueKind == JsonValueKind.String && Uri.IsWellFormedUriString(element.GetString(), UriKind.RelativeOrAbsolute),
        "index" => element.ValueKind == JsonValueKind.Number && element.GetInt32() >= -1,
        "place" => element.ValueKind == JsonValueKind.Number && element.GetInt32() >= 1,
        _ => element.ValueKind == JsonValueKind.String && kind.Split('|').Contains(element.GetString()),
    };
}

using System.Text.Json;

namespace Gantry.Migrations.Check.Output;

/// <summary>SARIF 2.1.0: what code review tools read. Columns count UTF-16 units, as .NET's characters do.</summary>
internal static class SarifOutput
{
    public static void Write(TextWriter output, CheckReport report) => JsonText.Write(output, json =>
    {
        json.WriteStartObject();
        json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        json.WriteString("version", "2.1.0");
        json.WriteStartArray("runs");
        json.WriteStartObject();
        WriteTool(json);
        json.WriteString("columnKind", "utf16CodeUnits");
        json.WriteStartArray("results");
        foreach (var finding in report.Findings)
            WriteResult(json, report, finding, reason: null);
        foreach (var (finding, reason) in report.Suppressed)
            WriteResult(json, report, finding, reason);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteTool(Utf8JsonWriter json)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "gantry db check");
        json.WriteString("version", typeof(SarifOutput).Assembly.GetName().Version!.ToString(3));
        json.WriteStartArray("rules");
        foreach (var rule in CheckRules.Descriptions)
        {
            json.WriteStartObject();
            json.WriteString("id", rule.Id);
            WriteText(json, "shortDescription", rule.Title + ".");
            // helpUri must be absolute by the standard's schema, and the pages come with the repository: the path stands in the help text.
            WriteText(json, "help", $"See {rule.Page}.");
            json.WriteStartObject("defaultConfiguration");
            json.WriteString("level", Level(rule.Severity));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter json, CheckReport report, Finding finding, string? reason)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Rule);
        if (CheckRules.IndexOf(finding.Rule) is var index and >= 0)
            json.WriteNumber("ruleIndex", index);
        json.WriteString("level", Level(finding.Severity));
        WriteText(json, "message", Message(finding));
        WriteLocation(json, report, finding);
        if (reason is not null)
        {
            json.WriteStartArray("suppressions");
            json.WriteStartObject();
            json.WriteString("kind", "inSource");
            json.WriteString("justification", reason);
            json.WriteEndObject();
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void WriteLocation(Utf8JsonWriter json, CheckReport report, Finding finding)
    {
        var start = finding.Position;
        var end = finding.Source.At(finding.Span.End);
        json.WriteStartArray("locations");
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", Uri(report.FileOf(finding.Source)));
        json.WriteEndObject();
        json.WriteStartObject("region");
        json.WriteNumber("startLine", start.Line);
        json.WriteNumber("startColumn", start.Column);
        json.WriteNumber("endLine", end.Line);
        json.WriteNumber("endColumn", end.Column);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    // A reference relative to the repository, or a file: URI where the path is absolute: SARIF takes no bare path.
    private static string Uri(string path) =>
        Path.IsPathRooted(path) ? new Uri(path).AbsoluteUri : string.Join('/', path.Split('/').Select(System.Uri.EscapeDataString));

    private static string Message(Finding finding)
    {
        var message = $"{finding.Message} {finding.Help}";
        if (finding.Suggestion is { } suggestion)
            message += $"\n\nInstead:\n{suggestion}";
        if (finding.CountQuery is { } query)
            message += $"\n\nWhether today's data would break:\n{query}";
        return message;
    }

    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static string Level(Severity severity) => severity == Severity.Error ? "error" : "warning";
}

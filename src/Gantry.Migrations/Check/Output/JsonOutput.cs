using System.Text.Json;

namespace Gantry.Migrations.Check.Output;

/// <summary>The report for scripts. Its shape is in docs/rules/output.md; fields are only ever added.</summary>
internal static class JsonOutput
{
    public static void Write(TextWriter output, CheckReport report) => JsonText.Write(output, json =>
    {
        json.WriteStartObject();
        json.WriteString("path", report.Path);
        json.WriteString("dialect", report.Dialect == Dialect.Sqlite ? "sqlite" : "postgres");
        json.WriteNumber("migrations", report.Migrations);
        json.WriteNumber("statements", report.Statements);
        json.WriteNumber("errors", report.Errors);
        json.WriteNumber("warnings", report.Warnings);
        json.WriteStartArray("findings");
        foreach (var finding in report.Findings)
            WriteFinding(json, report, finding, reason: null);
        json.WriteEndArray();
        json.WriteStartArray("suppressed");
        foreach (var (finding, reason) in report.Suppressed)
            WriteFinding(json, report, finding, reason);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteFinding(Utf8JsonWriter json, CheckReport report, Finding finding, string? reason)
    {
        var start = finding.Position;
        var end = finding.Source.At(finding.Span.End);
        json.WriteStartObject();
        json.WriteString("rule", finding.Rule);
        json.WriteString("severity", finding.Severity == Severity.Error ? "error" : "warning");
        json.WriteString("file", report.FileOf(finding.Source));
        json.WriteNumber("line", start.Line);
        json.WriteNumber("column", start.Column);
        json.WriteNumber("endLine", end.Line);
        json.WriteNumber("endColumn", end.Column);
        json.WriteString("message", finding.Message);
        json.WriteString("help", finding.Help);
        json.WriteString("suggestion", finding.Suggestion);
        json.WriteString("countQuery", finding.CountQuery);
        json.WriteString("page", $"docs/rules/{finding.Rule}.md");
        if (reason is not null)
            json.WriteString("reason", reason);
        json.WriteEndObject();
    }
}

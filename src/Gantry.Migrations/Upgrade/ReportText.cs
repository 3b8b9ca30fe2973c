using System.Globalization;
using System.Text;

namespace Gantry.Migrations.Upgrade;

/// <summary>A report as text: what, where, why, the rows, what stands, what next.</summary>
internal static class ReportText
{
    private const int LongestStatement = 600;

    public static string Of(UpgradeReport report)
    {
        var text = new StringBuilder();
        Line(text, Head(report));
        if (report.Statement is { } statement)
        {
            Line(text, "");
            Line(text, string.Create(CultureInfo.InvariantCulture, $"  {statement.File}:{statement.Line}:{statement.Column}"));
            foreach (var line in Shortened(statement.Text).Split('\n'))
                Line(text, "    " + line.TrimEnd());
            if (statement.EngineMessage.Length > 0)
                Line(text, $"  {report.Engine ?? "The engine"}{(statement.EngineCode.Length > 0 ? ", code " + statement.EngineCode : "")}: {statement.EngineMessage}");
            Line(text, "");
        }
        Line(text, "Why:           " + report.Why);
        if (report.Rows is { } rows)
            Rows(text, rows);
        foreach (var blocker in report.Blockers)
            Line(text, "In the way:    " + blocker);
        Line(text, "Committed:     " + report.Committed);
        Line(text, "Not committed: " + report.NotCommitted);
        if (report.Backup is { } backup)
            Line(text, "Backup:        " + backup);
        if (report.Restore is { } restore)
            Line(text, "To restore it: " + restore);
        Line(text, "Next:          " + report.Next);
        return text.ToString().TrimEnd();
    }

    private static string Head(UpgradeReport report) => report switch
    {
        { Migration: { } migration, Step: { } step } =>
            string.Create(CultureInfo.InvariantCulture, $"The upgrade of {report.Database} stopped at {migration}, step {step} ({report.StepKind})."),
        { Migration: { } migration } => $"The upgrade of {report.Database} stopped at {migration}.",
        _ => $"{report.Database} was not upgraded.",
    };

    private static void Rows(StringBuilder text, ReportRows rows)
    {
        Line(text, $"Rows:          {rows.Title}");
        var table = rows.Values.Select(row => row.Select(value => value ?? "NULL").ToList()).Prepend([.. rows.Columns]).ToList();
        var widths = Enumerable.Range(0, rows.Columns.Count).Select(column => table.Max(row => row[column].Length)).ToList();
        foreach (var row in table)
            Line(text, "    " + string.Join("  ", row.Select((value, column) => value.PadRight(widths[column]))).TrimEnd());
        if (rows.Count > rows.Values.Count)
            Line(text, string.Create(CultureInfo.InvariantCulture, $"    … {rows.Count - rows.Values.Count} more"));
        Line(text, "  from: " + string.Join(' ', rows.Query.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)));
    }

    private static string Shortened(string statement) => statement.Length <= LongestStatement ? statement : statement[..LongestStatement] + "…";

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}

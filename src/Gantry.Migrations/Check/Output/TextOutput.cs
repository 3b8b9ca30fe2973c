using System.Globalization;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Check.Output;

/// <summary>The report for people: where, what, the line itself with a caret, what to do instead, and a sum at the end.</summary>
internal static class TextOutput
{
    // A line of a script can be a whole dump: what is shown must fit a terminal.
    private const int Widest = 120;
    private const int Before = 40;

    public static void Write(TextWriter output, CheckReport report)
    {
        foreach (var finding in report.Findings)
            WriteFinding(output, report, finding);

        output.WriteLine(Summary(report));
    }

    private static void WriteFinding(TextWriter output, CheckReport report, Finding finding)
    {
        var position = finding.Position;
        var severity = finding.Severity == Severity.Error ? "error" : "warning";
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.FileOf(finding.Source)}:{position.Line}:{position.Column}: {severity}[{finding.Rule}]: {finding.Message}"));
        WriteSource(output, finding, position);
        output.WriteLine($"  help: {finding.Help}");
        WriteSql(output, "instead:", finding.Suggestion);
        WriteSql(output, "whether today's data would break (no row: it would not):", finding.CountQuery);
        output.WriteLine($"  more: docs/rules/{finding.Rule}.md");
        output.WriteLine();
    }

    private static void WriteSource(TextWriter output, Finding finding, SourcePosition position)
    {
        var text = finding.Source.Text;
        var start = position.Offset - (position.Column - 1);
        var end = text.IndexOf('\n', position.Offset) is var found and >= 0 ? found : text.Length;
        if (start == end)
            return;

        var skipped = position.Column - 1 > Widest - Before ? position.Column - 1 - Before : 0;
        var line = text[(start + skipped)..end];
        var column = position.Column - 1 - skipped;
        var number = position.Line.ToString(CultureInfo.InvariantCulture);
        var margin = new string(' ', number.Length);
        var (head, tail) = (skipped > 0 ? "…" : "", line.Length > Widest ? "…" : "");
        var shown = line.Length > Widest ? line[..Widest] : line;
        var carets = Math.Clamp(finding.Span.Length, 1, Math.Max(1, shown.Length - column));
        // A tab stays a tab under a tab, so that the caret stands where the eye looks for it.
        var blank = string.Concat(shown[..column].Select(character => character == '\t' ? '\t' : ' '));
        output.WriteLine($"  {number} | {head}{shown}{tail}");
        output.WriteLine($"  {margin} | {(skipped > 0 ? " " : "")}{blank}{new string('^', carets)}");
    }

    private static void WriteSql(TextWriter output, string title, string? sql)
    {
        if (sql is null)
            return;

        output.WriteLine($"  {title}");
        foreach (var line in sql.Split('\n'))
            output.WriteLine($"      {line}");
    }

    private static string Summary(CheckReport report)
    {
        var looked = $"{Count(report.Migrations, "migration")}, {Count(report.Statements, "statement")}";
        var found = report.Findings.Count == 0
            ? "nothing to say"
            : $"{Count(report.Errors, "error")}, {Count(report.Warnings, "warning")}";
        var allowed = report.Suppressed.Count == 0 ? "" : $" ({Count(report.Suppressed.Count, "finding")} allowed in the files)";
        return $"{looked}: {found}{allowed}.";
    }

    private static string Count(int number, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");
}

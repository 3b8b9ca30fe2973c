using System.Globalization;

namespace Gantry.Migrations.Rehearse;

/// <summary>The report as people read it.</summary>
internal static class RehearsalText
{
    public static void Write(RehearsalReport report, TextWriter output)
    {
        foreach (var note in report.Notes)
            output.WriteLine($"Note: {note}");
        foreach (var migration in report.Migrations)
        {
            Heading(migration, output);
            foreach (var finding in migration.Findings)
                Finding(migration, finding, output);
        }
        var findings = report.Migrations.SelectMany(migration => migration.Findings).ToList();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.Migrations.Count} {(report.Migrations.Count == 1 ? "migration" : "migrations")} rehearsed on {string.Join(" and ", report.Engines)} in {report.Elapsed.TotalSeconds:0.0} s: {Count(findings.Count(finding => finding.IsError), "error")}, {Count(findings.Count(finding => !finding.IsError), "warning")}. Seed {report.Seed}. Your own databases were not changed."));
    }

    private static void Heading(MigrationRehearsal migration, TextWriter output) => output.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{(migration.Findings.Any(finding => finding.IsError) ? "✗" : "✓")} {migration.Migration}{(migration.OnCopy ? " on a copy" : "")}: {(migration.OnCopy ? "" : Count(migration.Scenarios, "scenario") + ", ")}{migration.Rows} rows, {migration.RowsTouched} touched, {migration.Elapsed.TotalSeconds:0.0} s, longest transaction {migration.LongestTransaction.TotalMilliseconds:0.#} ms; way back: {migration.WayBack}"));

    private static void Finding(MigrationRehearsal migration, RehearsalFinding finding, TextWriter output)
    {
        var engine = finding.Engine switch { Dialect.Sqlite => " on SQLite", Dialect.Postgres => " on PostgreSQL", _ => "" };
        output.WriteLine();
        output.WriteLine($"  {(finding.IsError ? "error" : "warning")} {Name(finding.Rule)}{engine}: {finding.Message}");
        if (finding.File is not null)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  at {finding.File}:{finding.Line}:{finding.Column}{(finding.EngineCode is { Length: > 0 } code ? $" (code {code})" : "")}"));
        foreach (var line in finding.Evidence.Take(5))
            output.WriteLine("    " + line);
        if (finding.Evidence.Count > 5)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    … and {finding.Evidence.Count - 5} more"));
        if (finding.Sql is null)
            return;
        output.WriteLine($"  The smallest rows that show it, at the revision before {migration.Migration}{(finding.Scenario is null ? "" : $" (scenario {finding.Scenario})")}:");
        foreach (var line in finding.Sql.TrimEnd().Split('\n'))
            output.WriteLine("    " + line);
        output.WriteLine();
    }

    /// <summary><c>DownLosesData</c> as <c>down-loses-data</c>.</summary>
    private static string Name(RehearsalRule rule) =>
        string.Concat(rule.ToString().Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));

    private static string Count(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}

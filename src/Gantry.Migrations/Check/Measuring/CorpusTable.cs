using System.Globalization;
using System.Text;

namespace Gantry.Migrations.Check.Measuring;

/// <summary>The figures of a corpus as a table in Markdown, rule by rule and engine by engine: what the benchmark prints and docs/rules publishes.</summary>
public static class CorpusTable
{
    /// <summary>Checks every entry and prints.</summary>
    public static string Of(CorpusFolder corpus)
    {
        var all = CorpusMeasure.Of(corpus);
        var engines = new[] { ("SQLite", CorpusMeasure.Of(corpus, Dialect.Sqlite)), ("PostgreSQL", CorpusMeasure.Of(corpus, Dialect.Postgres)) };
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{corpus.Entries.Count} entries, {all.Migrations} migrations (one for both engines counts twice), {all.Correct} of them without an error.\n\n");
        text.Append("| rule | severity | engine | found | missed | false alarms | recall | precision |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var rule in all.Rules)
            foreach (var (engine, measure) in engines)
                if (measure.Rules.FirstOrDefault(other => other.Rule == rule.Rule && other.Severity == rule.Severity) is { } one)
                    Row(text, one, engine);
        foreach (var (engine, measure) in engines.Append(("both", all)))
        {
            Row(text, measure.Errors with { Rule = "**all errors**" }, engine);
            Row(text, measure.Warnings with { Rule = "**all warnings**" }, engine);
        }
        return text.ToString();
    }

    private static void Row(StringBuilder text, RuleMeasure rule, string engine) => text.Append(CultureInfo.InvariantCulture,
        $"| {rule.Rule} | {(rule.Severity == Severity.Error ? "error" : "warning")} | {engine} | {rule.Hits} | {rule.Misses} | {rule.FalseAlarms} | {rule.Recall:F3} | {rule.Precision:F3} |\n");
}

using Gantry.Migrations.Files;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Check.Measuring;

/// <summary>How well the rules do on a labelled corpus. A label and a finding count once for each entry, engine, rule and severity.</summary>
/// <param name="Migrations">How many labelled migrations were checked; one for both engines counts twice.</param>
/// <param name="Correct">How many of them have no error by their labels.</param>
/// <param name="Rules">By rule and severity, in the order of the rules; those that were neither expected nor found are left out.</param>
/// <param name="Differences">Where labels and findings differ, each in a line.</param>
public sealed record CorpusMeasure(int Migrations, int Correct, IReadOnlyList<RuleMeasure> Rules, IReadOnlyList<string> Differences)
{
    /// <summary>All rules together, errors only.</summary>
    public RuleMeasure Errors => Sum(Severity.Error);

    /// <summary>All rules together, warnings only.</summary>
    public RuleMeasure Warnings => Sum(Severity.Warning);

    /// <summary>Checks every entry of a corpus and compares with its labels.</summary>
    /// <param name="corpus">The corpus.</param>
    /// <param name="engine">Only what is for this engine; null for both, each entry for both counting twice.</param>
    public static CorpusMeasure Of(CorpusFolder corpus, Dialect? engine = null)
    {
        var counts = new Dictionary<(string Rule, Severity Severity), (int Hits, int Misses, int FalseAlarms)>();
        var differences = new List<string>();
        var (migrations, correct) = (0, 0);
        foreach (var entry in corpus.Entries)
            foreach (var dialect in entry.Dialects.Where(dialect => engine is null || dialect == engine))
            {
                migrations++;
                correct += entry.Errors.Count == 0 ? 1 : 0;
                var found = Check(corpus, entry, dialect).Findings.Select(finding => (finding.Rule, finding.Severity)).ToHashSet();
                var expected = entry.Errors.Select(rule => (rule, Severity.Error)).Concat(entry.Warnings.Select(rule => (rule, Severity.Warning))).ToHashSet();
                foreach (var label in expected.Union(found))
                {
                    var (hits, misses, falseAlarms) = counts.GetValueOrDefault(label);
                    var (isExpected, isFound) = (expected.Contains(label), found.Contains(label));
                    counts[label] = (hits + (isExpected && isFound ? 1 : 0), misses + (isExpected && !isFound ? 1 : 0), falseAlarms + (!isExpected ? 1 : 0));
                    if (isExpected != isFound)
                        differences.Add($"{entry.File}: {entry.Id} ({dialect}): {(isExpected ? "missed" : "false alarm of")} {label.Item2} {label.Item1}");
                }
            }

        var rules = counts
            .Select(count => new RuleMeasure(count.Key.Rule, count.Key.Severity, count.Value.Hits, count.Value.Misses, count.Value.FalseAlarms))
            .OrderBy(rule => CheckRules.IndexOf(rule.Rule)).ThenByDescending(rule => rule.Severity).ToList();
        return new CorpusMeasure(migrations, correct, rules, differences);
    }

    /// <summary>The report on one entry.</summary>
    public static CheckReport Check(CorpusFolder corpus, CorpusEntry entry, Dialect dialect)
    {
        var given = (entry.Schema is { } schema ? corpus.SchemaText(schema) : "") + "\n" + entry.Given;
        return Checker.Check(SetOf(entry, dialect), DdlSchema.Read(given, dialect), dialect, new CheckOptions());
    }

    /// <summary>The entry as the only migration of a project: of Gantry's own layout where it uses what only that has, else a plain file.</summary>
    private static MigrationSet SetOf(CorpusEntry entry, Dialect dialect)
    {
        var source = new SourceText(entry.Id + ".sql", entry.Migration);
        var up = ScriptDirectives.Read(source);
        var own = entry.Down is not null || up.Steps.Any(step => step.Kind != StepKind.Plain) || ScriptDirectives.Requires(source) is not null;
        var down = entry.Down is { Length: > 0 } text ? ScriptDirectives.Read(new SourceText(entry.Id + ".down.sql", text)) : null;
        var migration = new Migration
        {
            Revision = 1,
            Name = entry.Id,
            FullName = entry.Id,
            Up = new Dictionary<Dialect, MigrationScript> { [dialect] = up },
            Down = down is null ? [] : new Dictionary<Dialect, MigrationScript> { [dialect] = down },
            // An entry that says nothing of a way back is not about it.
            Irreversible = entry.Down is null || ScriptDirectives.Irreversible(source),
            Requires = ScriptDirectives.Requires(source),
            ChangesRows = ScriptDirectives.ChangesRows(source),
            Checksum = ScriptFile.Checksum([entry.Migration]),
        };
        return new MigrationSet(source.Name, own ? MigrationLayout.Gantry : MigrationLayout.Numbered, [migration]);
    }

    private RuleMeasure Sum(Severity severity)
    {
        var rules = Rules.Where(rule => rule.Severity == severity).ToList();
        return new RuleMeasure("all", severity, rules.Sum(rule => rule.Hits), rules.Sum(rule => rule.Misses), rules.Sum(rule => rule.FalseAlarms));
    }
}

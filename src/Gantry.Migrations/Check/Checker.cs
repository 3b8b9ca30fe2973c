using Gantry.Migrations.Files;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Check;

/// <summary>
/// Proves what can be proved of migrations before they run. It reads text and a schema, and touches no database. Migrations are walked in order, and the
/// schema advances statement by statement, so that each statement is judged by the schema that it will meet.
/// </summary>
public static class Checker
{
    /// <summary>Checks migrations.</summary>
    /// <param name="set">The migrations.</param>
    /// <param name="start">The schema before the first of them; null for an empty database.</param>
    /// <param name="dialect">The engine. Migrations that are not written for it are passed over.</param>
    /// <param name="options">What to look at, and how strictly.</param>
    /// <exception cref="ArgumentException">A rule is switched off that does not exist.</exception>
    public static CheckReport Check(MigrationSet set, DatabaseSchema? start, Dialect dialect, CheckOptions options)
    {
        if (options.Off.FirstOrDefault(id => CheckRules.IndexOf(id) < 0) is { } unknown)
            throw new ArgumentException($"There is no rule {unknown}. The rules are {string.Join(", ", CheckRules.Descriptions.Select(rule => rule.Id))}.", nameof(options));

        var read = SetReader.Read(set, start ?? new DatabaseSchema(dialect, []), dialect, options);
        var suppressions = read.Scripts
            .GroupBy(script => script.Script.Source, ReferenceEqualityComparer.Instance)
            .ToDictionary(group => (SourceText)group.Key!, group => SuppressionsOf((SourceText)group.Key!, group), (IEqualityComparer<SourceText>)ReferenceEqualityComparer.Instance);

        var findings = new List<Finding>();
        var suppressed = new List<SuppressedFinding>();
        foreach (var finding in Find(read))
        {
            if (suppressions.TryGetValue(finding.Source, out var here) && here.Allow(finding) is { } reason)
                suppressed.Add(new SuppressedFinding(finding, reason));
            else
                findings.Add(finding);
        }
        findings.AddRange(suppressions.Values.SelectMany(here => here.Complaints()));

        return new CheckReport
        {
            Path = set.Path,
            Dialect = dialect,
            Migrations = set.Migrations.Count(migration => IsAsked(migration, options)),
            Statements = read.Scripts.Where(script => IsAsked(script.Migration, options)).Sum(script => script.Statements.Count),
            Findings = Shown(findings, read, options),
            Suppressed = [.. suppressed.Where(entry => IsShown(entry.Finding, read, options))],
        };
    }

    private static IEnumerable<Finding> Find(CheckedSet set)
    {
        foreach (var rule in CheckRules.All)
        {
            foreach (var script in set.Scripts)
            {
                foreach (var statement in script.Statements)
                    foreach (var finding in rule.OfStatement(statement))
                        yield return finding;
                foreach (var finding in rule.OfScript(script))
                    yield return finding;
            }
            foreach (var finding in rule.OfSet(set))
                yield return finding;
        }
    }

    private static Suppressions SuppressionsOf(SourceText source, IEnumerable<CheckedScript> scripts) =>
        new(source, [.. scripts.SelectMany(script => script.Statements).Select(at => at.Statement.Span).OrderBy(span => span.Start)]);

    private static List<Finding> Shown(List<Finding> findings, CheckedSet set, CheckOptions options)
    {
        // Files in the order of their migrations; what is in no script (the lock file) comes last.
        var order = new Dictionary<SourceText, int>((IEqualityComparer<SourceText>)ReferenceEqualityComparer.Instance);
        foreach (var script in set.Scripts)
            order.TryAdd(script.Script.Source, order.Count);
        return [.. findings
            .Where(finding => IsShown(finding, set, options))
            .Select(finding => options.WarningsAsErrors ? finding with { Severity = Severity.Error } : finding)
            .OrderBy(finding => order.GetValueOrDefault(finding.Source, int.MaxValue))
            .ThenBy(finding => finding.Span.Start)
            .ThenBy(finding => CheckRules.IndexOf(finding.Rule))];
    }

    private static bool IsShown(Finding finding, CheckedSet set, CheckOptions options)
    {
        if (options.Off.Contains(finding.Rule))
            return false;
        if (options.FirstRevision <= 1 && options.LastRevision == int.MaxValue)
            return true;

        // Several migrations can share a file: the one whose steps hold the place counts.
        var script = set.Scripts.FirstOrDefault(script => ReferenceEquals(script.Script.Source, finding.Source)
            && script.Script.Steps.Any(step => finding.Span.Start >= step.Span.Start && finding.Span.Start <= step.Span.End));
        return script is null || IsAsked(script.Migration, options);
    }

    private static bool IsAsked(Migration migration, CheckOptions options) => migration.Revision >= options.FirstRevision && migration.Revision <= options.LastRevision;
}

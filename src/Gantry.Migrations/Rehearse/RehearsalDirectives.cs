using System.Text.RegularExpressions;
using Gantry.Migrations.Files;

namespace Gantry.Migrations.Rehearse;

/// <summary>
/// What a script declares to its rehearsal, in comments, so that a finding that is meant can be told from one that is not.
/// <code>
/// -- changes-rows: volumes, projects           the number of their rows is meant to change
/// -- depends-on-other-rows: runs               a row's result depends on rows that have nothing to do with it: numbering, counts over the whole table
/// -- assumes: volumes: size BETWEEN 1 AND 100  every row is like this, though no constraint says so; rows that are not are not made up
/// </code>
/// </summary>
/// <param name="DependsOnOtherRows">Tables that independence is not asked of.</param>
/// <param name="Assumptions">What is taken for granted of the data; on a copy of a real database it is checked.</param>
internal sealed partial record RehearsalDirectives(IReadOnlyList<string> DependsOnOtherRows, IReadOnlyList<Assumption> Assumptions)
{
    /// <summary>Reads both directions of a migration.</summary>
    public static RehearsalDirectives Of(Migration migration)
    {
        var texts = migration.Up.Values.Concat(migration.Down.Values).Select(script => script.Source.Text).Distinct().ToList();
        return new RehearsalDirectives(
            [.. texts.SelectMany(text => DependsLine().Matches(text)).SelectMany(match => match.Groups["tables"].Value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct()],
            [.. texts.SelectMany(text => AssumesLine().Matches(text)).Select(match => new Assumption(match.Groups["table"].Value, match.Groups["condition"].Value.Trim())).Distinct()]);
    }

    [GeneratedRegex(@"^[ \t]*--[ \t]*depends-on-other-rows:(?<tables>[^\n(]*)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex DependsLine();

    [GeneratedRegex(@"^[ \t]*--[ \t]*assumes:[ \t]*(?<table>[^\s:]+)[ \t]*:[ \t]*(?<condition>[^\n]+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex AssumesLine();
}

/// <summary>A condition that holds for every row of a table, though no constraint says so.</summary>
internal sealed record Assumption(string Table, string Condition);

using System.Text.RegularExpressions;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Files;

/// <summary>A file that holds both directions, each behind a mark: dbmate's, goose's or sql-migrate's.</summary>
internal static partial class MarkedScript
{
    public static bool Has(SourceText source) => Mark().IsMatch(source.Text);

    public static ForeignMigration Read(SourceText source, string fullName, string name)
    {
        var marks = Mark().Matches(source.Text);
        var up = new List<SourceSpan>();
        var down = new List<SourceSpan>();
        var kind = StepKind.Plain;
        for (var i = 0; i < marks.Count; i++)
        {
            var start = marks[i].Index + marks[i].Length;
            var end = i + 1 < marks.Count ? marks[i + 1].Index : source.Text.Length;
            var forward = marks[i].Groups["direction"].Value.Equals("up", StringComparison.OrdinalIgnoreCase);
            (forward ? up : down).Add(new SourceSpan(start, end - start));
            if (forward && marks[i].Groups["options"].Value.Contains("transaction:false", StringComparison.OrdinalIgnoreCase))
                kind = StepKind.Concurrent;
        }

        if (up.Count == 0)
            throw ScriptFile.Invalid($"{source.Name} has a way back but no -- migrate:up.");
        if (NoTransaction().IsMatch(source.Text))
            kind = StepKind.Concurrent;
        var back = ForeignMigration.Script(source, down);
        return new ForeignMigration(fullName, name, ForeignMigration.Script(source, up, kind), OnlyComments(back) ? null : back);
    }

    // dbmate writes both marks into a new file: an empty way back is none.
    private static bool OnlyComments(MigrationScript script) =>
        script.Steps.All(step => Comments().IsMatch(script.Source.Slice(step.Span)));

    [GeneratedRegex(@"^--\s*(?:migrate:|\+goose\s+|\+migrate\s+)(?<direction>up|down)\b(?<options>[^\n]*)$", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Mark();

    [GeneratedRegex(@"^--\s*\+goose\s+NO\s+TRANSACTION|^--\s*\+migrate\s+Up\s+notransaction", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NoTransaction();

    [GeneratedRegex(@"\A(\s|;|--[^\n]*|/\*[\s\S]*?\*/)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Comments();
}

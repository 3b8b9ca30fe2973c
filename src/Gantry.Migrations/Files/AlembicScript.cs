using System.Text.RegularExpressions;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Files;

/// <summary>
/// What <c>alembic upgrade --sql</c> prints: each migration behind a comment <c>-- Running upgrade a -> b</c>, and ending with an INSERT into or an UPDATE of
/// <c>alembic_version</c>. Where the comments were taken out, those statements tell where a migration ends.
/// </summary>
internal static partial class AlembicScript
{
    public static bool Is(SourceText source) => Running().IsMatch(source.Text) || Version().IsMatch(source.Text);

    public static MigrationSet Read(string path, SourceText source, Dialect? dialect)
    {
        var running = Running().Matches(source.Text);
        if (running.FirstOrDefault(match => match.Groups["direction"].Value == "downgrade") is { } back)
            throw ScriptFile.Invalid($"{path}, line {source.At(back.Index).Line}: the script goes back. Print the way forward: alembic upgrade head --sql.");

        var migrations = running.Count > 0 ? ByComments(source, running) : ByVersions(source);
        if (migrations.GroupBy(migration => migration.FullName).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new MigrationException(MigrationFailure.DuplicateRevision,
                $"{path} holds the migration {twice.Key} twice. Nothing was changed. Print the script once more, into a file of its own.");
        return ForeignMigration.Number(path, MigrationLayout.Alembic, migrations, dialect);
    }

    private static List<ForeignMigration> ByComments(SourceText source, MatchCollection running)
    {
        var migrations = new List<ForeignMigration>();
        for (var i = 0; i < running.Count; i++)
        {
            // The table of versions comes before the first comment: it belongs to the first migration.
            var start = i == 0 ? 0 : running[i].Index;
            var end = i + 1 < running.Count ? running[i + 1].Index : source.Text.Length;
            migrations.Add(One(source, running[i].Groups["to"].Value, new SourceSpan(start, end - start)));
        }
        return migrations;
    }

    private static List<ForeignMigration> ByVersions(SourceText source)
    {
        var migrations = new List<ForeignMigration>();
        var start = 0;
        foreach (Match version in Version().Matches(source.Text))
        {
            var end = version.Index + version.Length;
            migrations.Add(One(source, version.Groups["to"].Value, new SourceSpan(start, end - start)));
            start = end;
        }
        return migrations;
    }

    private static ForeignMigration One(SourceText source, string revision, SourceSpan span) =>
        new(revision, revision, ForeignMigration.Script(source, [span]));

    // A BEGIN of its own right before the comment (one transaction a migration) is the next migration's.
    [GeneratedRegex(@"^(?:BEGIN\s*;\s*)?--\s*Running\s+(?<direction>upgrade|downgrade)\s+(?<from>[^\n]*?)\s*->\s*(?<to>[^\s,]+)[^\n]*$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Running();

    [GeneratedRegex(@"(?:INSERT\s+INTO\s+(?:[\w""]+\.)?""?alembic_version""?\s*\([^)]*\)\s*VALUES\s*\(\s*'(?<to>[^']+)'|UPDATE\s+(?:[\w""]+\.)?""?alembic_version""?\s+SET\s+version_num\s*=\s*'(?<to>[^']+)')[^;]*;(?:\s*COMMIT\s*;)?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Version();
}

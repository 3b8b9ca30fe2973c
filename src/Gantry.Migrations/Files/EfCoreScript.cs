using System.Text.RegularExpressions;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Files;

/// <summary>
/// What <c>dotnet ef migrations script</c> prints: the migrations one after the other, each ending with an INSERT into the history table. With
/// <c>--idempotent</c>, on PostgreSQL, each statement stands in a <c>DO $EF$</c> block behind a question whether it was done already; it is read as if it was not.
/// </summary>
internal static partial class EfCoreScript
{
    public static bool Is(SourceText source) => HistoryInsert().IsMatch(source.Text);

    public static MigrationSet Read(string path, SourceText source, Dialect? dialect)
    {
        var migrations = new List<ForeignMigration>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var start = 0;
        foreach (Match insert in HistoryInsert().Matches(source.Text))
        {
            // The block around the INSERT and the COMMIT behind it still belong to this migration.
            var end = Tail().Match(source.Text, insert.Index + insert.Length) is { Success: true } tail ? tail.Index + tail.Length : insert.Index + insert.Length;
            var fullName = insert.Groups["id"].Value;
            if (!names.Add(fullName))
                throw new MigrationException(MigrationFailure.DuplicateRevision,
                    $"{path} holds the migration {fullName} twice. Nothing was changed. Print the script once more, into a file of its own.");
            migrations.Add(One(source, fullName, start, end));
            start = end;
        }

        var rest = new SourceSpan(start, source.Text.Length - start);
        if (!Empty().IsMatch(source.Slice(rest)))
            migrations.Add(One(source, "after_" + migrations[^1].FullName, start, source.Text.Length));
        return ForeignMigration.Number(path, MigrationLayout.EfCore, migrations, dialect);
    }

    private static ForeignMigration One(SourceText source, string fullName, int start, int end) => new(
        fullName,
        fullName.IndexOf('_', StringComparison.Ordinal) is var cut and > 0 ? fullName[(cut + 1)..] : fullName,
        ForeignMigration.Script(source, Steps(source, start, end)));

    /// <summary>What is guarded, without its guard; what is not guarded, as it is.</summary>
    private static IEnumerable<SourceSpan> Steps(SourceText source, int start, int end)
    {
        var at = start;
        foreach (Match guard in Guard().Matches(source.Text).Where(match => match.Index >= start && match.Index + match.Length <= end))
        {
            yield return new SourceSpan(at, guard.Index - at);
            var body = guard.Groups["body"];
            // Only SQL can stand alone: a body that is itself a program keeps its block.
            yield return Procedural().IsMatch(body.ValueSpan) ? new SourceSpan(guard.Index, guard.Length) : new SourceSpan(body.Index, body.Length);
            at = guard.Index + guard.Length;
        }
        yield return new SourceSpan(at, end - at);
    }

    [GeneratedRegex(@"INSERT\s+INTO\s+(?:[\w""`\[\]]+\.)?[""`\[]?\w*migrations_?history[""`\]]?\s*\(\s*[""`\[]?migration_?id[""`\]]?\s*,[^)]*\)\s*VALUES\s*\(\s*'(?<id>[^']+)'[^)]*\)\s*;",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HistoryInsert();

    [GeneratedRegex(@"\G\s*(?:END\s+IF\s*;\s*END\s*\$(?:EF)?\$\s*;)?\s*(?:COMMIT\s*(?:TRANSACTION)?\s*;)?", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Tail();

    [GeneratedRegex(@"DO\s+(?<quote>\$(?:EF)?\$)\s*BEGIN\s+IF\s+NOT\s+EXISTS\s*\(\s*SELECT\s+1\s+FROM\s+[^()]*?migrations_?history[""]?\s+WHERE\s+[""]?migration_?id[""]?\s*=\s*'[^']*'\s*\)\s*THEN(?<body>.*?)END\s+IF\s*;\s*END\s*\k<quote>\s*;",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Guard();

    [GeneratedRegex(@"\A\s*(?:IF|FOR|LOOP|WHILE|PERFORM|EXECUTE|RAISE)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Procedural();

    [GeneratedRegex(@"\A(\s|;|COMMIT|--[^\n]*|/\*[\s\S]*?\*/)*\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Empty();
}

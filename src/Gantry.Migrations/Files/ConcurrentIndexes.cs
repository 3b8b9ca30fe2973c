using System.Text.RegularExpressions;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Files;

/// <summary>
/// Lets <c>CREATE INDEX CONCURRENTLY</c> stand in a portable script: SQLite has no such word and needs none, since it lets one writer in at a time anyway. In
/// a concurrent step the word is blanked out for SQLite, so that every position stays where it is in the file.
/// </summary>
internal static partial class ConcurrentIndexes
{
    public static Dictionary<Dialect, MigrationScript> ForEachEngine(Dictionary<Dialect, MigrationScript> scripts) =>
        scripts.ToDictionary(entry => entry.Key, entry => entry.Key == Dialect.Sqlite ? WithoutTheWord(entry.Value) : entry.Value);

    private static MigrationScript WithoutTheWord(MigrationScript script)
    {
        var text = script.Source.Text;
        foreach (var step in script.Steps.Where(step => step.Kind == StepKind.Concurrent))
            text = string.Concat(
                text.AsSpan(0, step.Span.Start),
                Word().Replace(text.Substring(step.Span.Start, step.Span.Length), word => new string(' ', word.Length)),
                text.AsSpan(step.Span.End));
        return text == script.Source.Text ? script : script with { Source = new SourceText(script.Source.Name, text) };
    }

    [GeneratedRegex(@"(?<=^\s*(CREATE(\s+UNIQUE)?|DROP)\s+INDEX\s+)CONCURRENTLY(?=\s)", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}

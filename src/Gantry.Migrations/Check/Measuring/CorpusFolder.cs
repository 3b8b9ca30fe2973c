using System.Text.RegularExpressions;
using Gantry.Migrations.Files;

namespace Gantry.Migrations.Check.Measuring;

/// <summary>
/// A folder of labelled migrations: files of SQL with entries, and shared schemas in <c>Schemas/</c>. The format is described in the README.md beside them.
/// What is not understood is refused: a label that is read wrongly would make a figure that nobody can trust.
/// </summary>
public sealed partial class CorpusFolder
{
    private readonly string _path;

    private CorpusFolder(string path, IReadOnlyList<CorpusEntry> entries) => (_path, Entries) = (path, entries);

    /// <summary>All entries, in the order of files and lines.</summary>
    public IReadOnlyList<CorpusEntry> Entries { get; }

    /// <summary>Reads a corpus.</summary>
    /// <exception cref="MigrationException">The folder is missing, or an entry is not as it must be.</exception>
    public static CorpusFolder Read(string path)
    {
        if (!Directory.Exists(path))
            throw new MigrationException(MigrationFailure.FolderMissing, $"There is no corpus at {path}. Nothing was changed. Name the folder that holds its files.");

        var entries = Directory.GetFiles(path, "*.sql").Order(StringComparer.Ordinal)
            .SelectMany(file => ReadFile(Path.GetFileName(file), ScriptFile.ReadText(file)!)).ToList();
        if (entries.GroupBy(entry => entry.Id).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw ScriptFile.Invalid($"The corpus at {path} has the entry {twice.Key} twice.");
        return new CorpusFolder(path, entries);
    }

    /// <summary>The DDL of a shared schema.</summary>
    public string SchemaText(string name) => Text(name + ".sql");

    /// <summary>Rows for a shared schema that make a wrong statement fail.</summary>
    public string DataText(string name) => Text(name + ".data.sql");

    private string Text(string file) =>
        ScriptFile.ReadText(Path.Combine(_path, "Schemas", file)) ?? throw ScriptFile.Invalid($"The corpus at {_path} names Schemas/{file}, which is not there.");

    private static IEnumerable<CorpusEntry> ReadFile(string file, string text)
    {
        var starts = EntryLine().Matches(text);
        if (starts.Count == 0 || text[..starts[0].Index].Trim().Length > 0)
            throw ScriptFile.Invalid($"{file} of the corpus does not begin with -- entry: ID.");
        for (var i = 0; i < starts.Count; i++)
            yield return ReadEntry(file, text[starts[i].Index..(i + 1 < starts.Count ? starts[i + 1].Index : text.Length)]);
    }

    private static CorpusEntry ReadEntry(string file, string text)
    {
        var parts = new Dictionary<string, (string Line, string Body)>(StringComparer.Ordinal);
        var headings = Heading().Matches(text);
        for (var i = 0; i < headings.Count; i++)
        {
            var end = i + 1 < headings.Count ? headings[i + 1].Index : text.Length;
            var body = text[(headings[i].Index + headings[i].Length)..end].Trim('\n');
            if (!parts.TryAdd(headings[i].Groups["key"].Value, (headings[i].Groups["value"].Value.Trim(), body)))
                throw ScriptFile.Invalid($"{file} of the corpus: {headings[0].Groups["value"].Value.Trim()} says {headings[i].Groups["key"].Value} twice.");
        }

        var id = parts["entry"].Line;
        string Line(string key) => parts.TryGetValue(key, out var part) ? part.Line : throw ScriptFile.Invalid($"{file} of the corpus: {id} has no -- {key}: line.");
        var given = parts.GetValueOrDefault("given");
        return new CorpusEntry
        {
            Id = id,
            File = file,
            Dialects = Line("dialect") switch
            {
                "both" => [Dialect.Sqlite, Dialect.Postgres],
                "sqlite" => [Dialect.Sqlite],
                "postgres" => [Dialect.Postgres],
                var other => throw ScriptFile.Invalid($"{file} of the corpus: {id} has the dialect {other}; it is sqlite, postgres or both."),
            },
            Errors = Rules(file, id, Line("errors")),
            Warnings = Rules(file, id, Line("warnings")),
            About = Line("about"),
            Schema = given.Line is null or "" or "none" ? null : given.Line,
            Given = given.Body ?? "",
            Migration = parts.TryGetValue("migration", out var migration) ? migration.Body : throw ScriptFile.Invalid($"{file} of the corpus: {id} has no migration."),
            Down = parts.TryGetValue("down", out var down) ? down.Body : null,
            Then = parts.TryGetValue("then", out var then) ? then.Body : "",
            Fails = parts.TryGetValue("fails", out var fails) ? fails.Line : null,
            NotRun = parts.TryGetValue("not-run", out var notRun) ? notRun.Line : null,
        };
    }

    private static HashSet<string> Rules(string file, string id, string line)
    {
        if (line == "none")
            return [];

        var rules = line.Split(',', StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);
        return rules.FirstOrDefault(rule => CheckRules.IndexOf(rule) < 0) is { } unknown
            ? throw ScriptFile.Invalid($"{file} of the corpus: {id} expects the rule {unknown}, which does not exist.")
            : rules;
    }

    [GeneratedRegex("^-- entry:", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex EntryLine();

    [GeneratedRegex("^-- (?<key>entry|dialect|errors|warnings|about|given|migration|down|then|fails|not-run):(?<value>[^\n]*)$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Heading();
}

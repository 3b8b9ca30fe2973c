using System.Text.RegularExpressions;

namespace Gantry.Migrations.Files;

/// <summary>
/// Flyway's layout: <c>V2.1__name.sql</c> forward, <c>U2.1__name.sql</c> back, <c>B2__name.sql</c> a baseline, <c>R__name.sql</c> repeated after all
/// others whenever it changes. Folders within the folder count, as they do for Flyway.
/// </summary>
internal static partial class FlywayFolder
{
    public static bool IsFile(string name) => Name().IsMatch(name);

    public static MigrationSet Read(string path, IReadOnlyList<string> files, Dialect? dialect)
    {
        var versioned = new SortedDictionary<VersionNumber, string>();
        var undo = new Dictionary<VersionNumber, string>();
        var baselines = new SortedDictionary<VersionNumber, string>();
        var repeatable = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var name = Path.GetFileName(file);
            if (Callback().IsMatch(name))
                continue;
            if (Name().Match(name) is not { Success: true } match)
                throw ScriptFile.Invalid($"{file} lies among Flyway's migrations but is not named like one (V1__name.sql, U1__name.sql, R__name.sql). Rename it, or move it away.");

            switch (match.Groups["prefix"].Value)
            {
                case "V": Add(versioned, new VersionNumber(match.Groups["version"].Value), file); break;
                case "U": Add(undo, new VersionNumber(match.Groups["version"].Value), file); break;
                case "B": Add(baselines, new VersionNumber(match.Groups["version"].Value), file); break;
                default: Add(repeatable, match.Groups["name"].Value, file); break;
            }
        }

        if (undo.Keys.FirstOrDefault(version => !versioned.ContainsKey(version)) is { } lonely)
            throw ScriptFile.Invalid($"{undo[lonely]} undoes a version that has no V file. Add that, or remove this.");

        // A baseline stands for all versions up to its own: it is needed only where they were thrown away.
        foreach (var (version, file) in baselines.Reverse().Take(1))
            if (versioned.Count == 0 || versioned.Keys.First().CompareTo(version) > 0)
                versioned.Add(version, file);

        var migrations = versioned
            .Select(entry => One(path, entry.Value, undo.GetValueOrDefault(entry.Key)))
            .Concat(repeatable.Values.Select(file => One(path, file, null)));
        return ForeignMigration.Number(path, MigrationLayout.Flyway, migrations, dialect);
    }

    private static ForeignMigration One(string path, string up, string? down) => new(
        Path.GetFileNameWithoutExtension(up),
        Name().Match(Path.GetFileName(up)).Groups["name"].Value,
        ForeignMigration.Whole(ScriptFile.Read(path, up)),
        down is null ? null : ForeignMigration.Whole(ScriptFile.Read(path, down)));

    private static void Add<TKey>(IDictionary<TKey, string> files, TKey key, string file)
    {
        if (!files.TryAdd(key, file))
            throw new MigrationException(MigrationFailure.DuplicateRevision,
                $"{files[key]} and {file} have the same version. Nothing was changed. Give the later one the next free version.");
    }

    [GeneratedRegex(@"^(?:(?<prefix>[VUB])(?<version>[0-9]+(?:[._][0-9]+)*)|(?<prefix>R))__(?<name>.+)\.sql$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    // Flyway's callbacks run around migrations; they are no step of the schema's life.
    [GeneratedRegex(@"^(before|after|create)[A-Z][A-Za-z]*(__.+)?\.sql$", RegexOptions.CultureInvariant)]
    private static partial Regex Callback();
}

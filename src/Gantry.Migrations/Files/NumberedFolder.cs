using System.Text.RegularExpressions;

namespace Gantry.Migrations.Files;

/// <summary>
/// Files whose names begin with a number or a time: plain ones (<c>007_name.sql</c>), and those that hold both directions between marks, as dbmate has
/// it (<c>-- migrate:up</c>, <c>-- migrate:down</c>; goose's and sql-migrate's marks are read alike).
/// </summary>
internal static partial class NumberedFolder
{
    public static bool IsFile(string name) => Name().IsMatch(name);

    public static MigrationSet Read(string path, IReadOnlyList<string> files, Dialect? dialect)
    {
        var ordered = new SortedDictionary<VersionNumber, string>();
        foreach (var file in files)
        {
            if (Name().Match(Path.GetFileName(file)) is not { Success: true } match)
                throw ScriptFile.Invalid($"{file} lies among numbered migrations but has no number, so that its place is not known. Rename it, or move it away.");

            var version = new VersionNumber(match.Groups["version"].Value);
            if (!ordered.TryAdd(version, file))
                throw new MigrationException(MigrationFailure.DuplicateRevision,
                    $"{ordered[version]} and {file} have the same number. Nothing was changed. Give the later one the next free number.");
        }

        var sources = ordered.Values.Select(file => ScriptFile.Read(path, file)).ToList();
        var marked = sources.Where(MarkedScript.Has).ToList();
        if (marked.Count > 0 && sources.FirstOrDefault(source => !MarkedScript.Has(source)) is { } bare)
            throw ScriptFile.Invalid($"{bare.Name} has no -- migrate:up, but {marked[0].Name} in the same folder has: it would never be applied. Add the mark.");

        return ForeignMigration.Number(path, marked.Count > 0 ? MigrationLayout.Dbmate : MigrationLayout.Numbered, sources.Select(One), dialect);
    }

    private static ForeignMigration One(Sql.SourceText source)
    {
        var fullName = Path.GetFileNameWithoutExtension(source.Name);
        var name = Name().Match(Path.GetFileName(source.Name)).Groups["name"].Value;
        return MarkedScript.Has(source)
            ? MarkedScript.Read(source, fullName, name)
            : new ForeignMigration(fullName, name, ForeignMigration.Whole(source));
    }

    // A date in parts (2024-01-31_name.sql) is one version; what follows a number without being one is the name.
    [GeneratedRegex(@"^(?<version>[0-9]+(?:[._-][0-9]+(?=[._-]))*)(?:[^0-9](?<name>.*))?\.sql$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}

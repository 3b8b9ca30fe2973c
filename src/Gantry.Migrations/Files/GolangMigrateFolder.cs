using System.Text.RegularExpressions;

namespace Gantry.Migrations.Files;

/// <summary>golang-migrate's layout: <c>000007_name.up.sql</c> and <c>000007_name.down.sql</c>, numbered or by time, gaps allowed.</summary>
internal static partial class GolangMigrateFolder
{
    public static bool IsFile(string name) => Name().IsMatch(name);

    public static MigrationSet Read(string path, IReadOnlyList<string> files, Dialect? dialect)
    {
        var up = new SortedDictionary<VersionNumber, string>();
        var down = new SortedDictionary<VersionNumber, string>();
        foreach (var file in files)
        {
            if (Name().Match(Path.GetFileName(file)) is not { Success: true } match)
                throw ScriptFile.Invalid($"{file} lies among migrations of golang-migrate but is not named like one (000007_name.up.sql, 000007_name.down.sql). Rename it, or move it away.");

            var direction = match.Groups["direction"].Value == "up" ? up : down;
            var version = new VersionNumber(match.Groups["version"].Value);
            if (!direction.TryAdd(version, file))
                throw new MigrationException(MigrationFailure.DuplicateRevision,
                    $"{direction[version]} and {file} have the same version. Nothing was changed. Give the later one the next free version.");
        }

        if (down.FirstOrDefault(entry => !up.ContainsKey(entry.Key)) is { Value: { } lonely })
            throw ScriptFile.Invalid($"{lonely} goes back from a version that has no .up.sql. Add that, or remove this.");

        return ForeignMigration.Number(path, MigrationLayout.GolangMigrate, up.Select(entry => One(path, entry.Value, down.GetValueOrDefault(entry.Key))), dialect);
    }

    private static ForeignMigration One(string path, string up, string? down) => new(
        Path.GetFileName(up)[..^".up.sql".Length],
        Name().Match(Path.GetFileName(up)).Groups["name"].Value,
        ForeignMigration.Whole(ScriptFile.Read(path, up)),
        down is null ? null : ForeignMigration.Whole(ScriptFile.Read(path, down)));

    [GeneratedRegex(@"^(?<version>[0-9]+)_(?<name>.*)\.(?<direction>up|down)\.sql$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}

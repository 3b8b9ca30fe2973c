using System.Globalization;
using System.Text.RegularExpressions;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Files;

/// <summary>Reads a folder of migrations. What is odd is refused, never skipped: a skipped file is a schema that nobody meant.</summary>
public static partial class MigrationFolder
{
    /// <summary>The migrations in this folder, in order. Files beside the migrations' folders are left alone.</summary>
    /// <exception cref="MigrationException">The folder is missing, or something in it is not as it must be.</exception>
    public static MigrationSet Read(string path)
    {
        if (!Directory.Exists(path))
            throw new MigrationException(MigrationFailure.FolderMissing,
                $"There is no folder of migrations at {path}. Nothing was changed. Reinstall the program, or name the right folder.");

        var migrations = Directory.GetDirectories(path)
            .Where(folder => !Path.GetFileName(folder).StartsWith('.'))
            .Select(ReadOne)
            .OrderBy(migration => migration.Revision)
            .ThenBy(migration => migration.Name, StringComparer.Ordinal)
            .ToList();
        CheckNumbers(path, migrations);
        return new MigrationSet(path, MigrationLayout.Gantry, migrations);
    }

    private static Migration ReadOne(string folder)
    {
        var name = Path.GetFileName(folder);
        if (FolderName().Match(name) is not { Success: true } match)
            throw ScriptFile.Invalid($"{folder} is not named like a migration. Name it NNNN_name: four digits or more, then lower-case letters, digits and underscores.");

        foreach (var file in Directory.GetFileSystemEntries(folder).Select(Path.GetFileName))
            if (file is not ("up.sql" or "up.sqlite.sql" or "up.postgres.sql" or "down.sql" or "down.sqlite.sql" or "down.postgres.sql"))
                throw ScriptFile.Invalid($"{folder} holds {file}. A migration has up.sql (or up.sqlite.sql, up.postgres.sql) and, if it can be undone, down.sql: anything else would be ignored.");

        var up = ReadDirection(folder, "up");
        if (up.Count == 0)
            throw ScriptFile.Invalid($"{folder} has no up.sql.");
        var down = ReadDirection(folder, "down");
        var sources = up.Values.Concat(down.Values).Select(script => script.Source).Distinct().ToList();
        var revision = int.Parse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        return new Migration
        {
            Revision = revision,
            Name = match.Groups["name"].Value,
            FullName = Migration.Format(revision, match.Groups["name"].Value),
            Up = ConcurrentIndexes.ForEachEngine(up),
            Down = ConcurrentIndexes.ForEachEngine(down),
            Irreversible = sources.Any(ScriptDirectives.Irreversible),
            Requires = sources.Select(ScriptDirectives.Requires).Max(),
            ChangesRows = [.. sources.SelectMany(ScriptDirectives.ChangesRows).Distinct()],
            Checksum = Checksum(up),
        };
    }

    /// <summary>One direction, for each engine that it is written for: its own file where there is one, else the portable one.</summary>
    private static Dictionary<Dialect, MigrationScript> ReadDirection(string folder, string direction)
    {
        var scripts = new Dictionary<Dialect, MigrationScript>();
        var portable = ReadScript(folder, direction + ".sql");
        foreach (var (dialect, word) in new[] { (Dialect.Sqlite, "sqlite"), (Dialect.Postgres, "postgres") })
            if ((ReadScript(folder, $"{direction}.{word}.sql") ?? portable) is { } script)
                scripts[dialect] = script;
        return scripts;
    }

    private static MigrationScript? ReadScript(string folder, string file) =>
        ScriptFile.ReadText(Path.Combine(folder, file)) is { } text ? ScriptDirectives.Read(new SourceText($"{Path.GetFileName(folder)}/{file}", text)) : null;

    /// <summary>A portable script alone has the checksum of its text, so that an override added for the other engine later is an edit that shows.</summary>
    private static string Checksum(Dictionary<Dialect, MigrationScript> up) =>
        ScriptFile.Checksum(up.Values.Select(script => script.Source).Distinct().Select(source => source.Text));

    private static void CheckNumbers(string path, List<Migration> migrations)
    {
        for (var i = 0; i < migrations.Count; i++)
        {
            var migration = migrations[i];
            if (i > 0 && migration.Revision == migrations[i - 1].Revision)
                throw new MigrationException(MigrationFailure.DuplicateRevision,
                    $"{migrations[i - 1]} and {migration} in {path} have the same number. Nothing was changed. Give the later one the next free number.")
                { Migration = migration.FullName };

            if (migration.Revision != i + 1)
                throw new MigrationException(MigrationFailure.RevisionGap,
                    string.Create(CultureInfo.InvariantCulture,
                        $"Migration {i + 1:D4} is missing in {path}: the next one there is {migration}. Nothing was changed. Bring it back, or renumber those that were never released."))
                { Migration = migration.FullName };
        }
    }

    [GeneratedRegex("^(?<number>[0-9]{4,9})_(?<name>[a-z0-9_]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex FolderName();
}

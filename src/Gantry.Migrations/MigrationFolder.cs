using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Gantry.Migrations;

/// <summary>Reads a folder of migrations. What is odd is refused, never skipped: a skipped file is a schema that nobody meant.</summary>
public static partial class MigrationFolder
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The migrations in this folder, in order. Files beside the migrations' folders are left alone.</summary>
    /// <exception cref="MigrationException">The folder is missing, or something in it is not as it must be.</exception>
    public static IReadOnlyList<Migration> Read(string path)
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
        return migrations;
    }

    private static Migration ReadOne(string folder)
    {
        var name = Path.GetFileName(folder);
        if (FolderName().Match(name) is not { Success: true } match)
            throw Invalid($"{folder} is not named like a migration. Name it NNNN_name: four digits or more, then lower-case letters, digits and underscores.");

        foreach (var file in Directory.GetFileSystemEntries(folder).Select(Path.GetFileName))
            if (file is not ("up.sql" or "down.sql"))
                throw Invalid($"{folder} holds {file}. A migration has up.sql and, if it can be undone, down.sql: anything else would be ignored.");

        var up = ReadScript(Path.Combine(folder, "up.sql"))
            ?? throw Invalid($"{folder} has no up.sql.");
        return new Migration
        {
            Revision = int.Parse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture),
            Name = match.Groups["name"].Value,
            Up = up,
            Down = ReadScript(Path.Combine(folder, "down.sql")),
            Checksum = Checksum(up),
        };
    }

    private static string? ReadScript(string file)
    {
        if (!File.Exists(file))
            return null;

        var bytes = File.ReadAllBytes(file).AsSpan();
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        // An engine reads up to the first NUL and would call the rest done.
        if (bytes.Contains((byte)0))
            throw Invalid($"{file} holds a NUL byte.");

        try
        {
            // A checkout on another system must not look like an edit: one kind of line end.
            return StrictUtf8.GetString(bytes).ReplaceLineEndings("\n");
        }
        catch (DecoderFallbackException error)
        {
            throw Invalid($"{file} is not UTF-8.", error);
        }
    }

    private static string Checksum(string script) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(script.TrimEnd())));

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

    private static MigrationException Invalid(string message, Exception? inner = null) =>
        new(MigrationFailure.InvalidFolder, message + " Nothing was changed.", inner);

    [GeneratedRegex("^(?<number>[0-9]{4,9})_(?<name>[a-z0-9_]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex FolderName();
}

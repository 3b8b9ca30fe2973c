using System.Text;
using System.Text.RegularExpressions;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Files;

/// <summary>
/// The migrations that were released, each pinned by its checksum, in a file that is committed beside them: <c>migrations.lock</c>, one line a migration
/// (checksum, two blanks, name), in order. Adding to it is a command; taking a line out is a deliberate edit that a reviewer sees.
/// </summary>
/// <param name="Source">The file as it was read.</param>
/// <param name="Released">In the file's order.</param>
public sealed partial record MigrationsLock(SourceText Source, IReadOnlyList<ReleasedMigration> Released)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "migrations.lock";

    private const string Head =
        "# Released migrations, pinned by the SHA-256 of what they do forward. A released migration is never edited: add another one.\n"
        + "# Written by: gantry db check --write-lock\n";

    /// <summary>Where the lock of these migrations lies: in their folder, or beside their file.</summary>
    public static string PathFor(MigrationSet set) =>
        Path.Combine(File.Exists(set.Path) ? Path.GetDirectoryName(Path.GetFullPath(set.Path))! : set.Path, FileName);

    /// <summary>Reads the lock of these migrations; null when they have none.</summary>
    /// <exception cref="MigrationException">A line is not as it must be.</exception>
    public static MigrationsLock? Read(MigrationSet set) =>
        ScriptFile.ReadText(PathFor(set)) is { } text ? Parse(new SourceText(FileName, text)) : null;

    /// <summary>Pins what is not pinned yet, and keeps what is: an edited migration stays reported until somebody takes its line out.</summary>
    /// <param name="set">The migrations as they are now.</param>
    /// <param name="existing">The lock so far; null for none.</param>
    public static MigrationsLock Pin(MigrationSet set, MigrationsLock? existing)
    {
        var released = existing?.Released.ToList() ?? [];
        var names = released.Select(migration => migration.Name).ToHashSet(StringComparer.Ordinal);
        released.AddRange(set.Migrations
            .Where(migration => IsPinned(set, migration) && names.Add(migration.FullName))
            .Select(migration => new ReleasedMigration(migration.FullName, migration.Checksum, default)));
        var text = new StringBuilder(Head);
        foreach (var migration in released)
            text.Append(migration.Checksum).Append("  ").Append(migration.Name).Append('\n');
        return Parse(new SourceText(FileName, text.ToString()));
    }

    /// <summary>Writes the lock beside these migrations: a whole file or none.</summary>
    /// <exception cref="IOException">It cannot be written; the file is as it was.</exception>
    public void Write(MigrationSet set)
    {
        var path = PathFor(set);
        var aside = path + ".new";
        File.WriteAllText(aside, Source.Text);
        File.Move(aside, path, overwrite: true);
    }

    /// <summary>Flyway's repeatable migrations are meant to be edited.</summary>
    internal static bool IsPinned(MigrationSet set, Migration migration) =>
        set.Layout != MigrationLayout.Flyway || !migration.FullName.StartsWith("R__", StringComparison.Ordinal);

    private static MigrationsLock Parse(SourceText source)
    {
        var released = new List<ReleasedMigration>();
        foreach (Match line in Lines().Matches(source.Text))
        {
            if (line.Value.Length == 0 || line.Value.StartsWith('#'))
                continue;
            if (Entry().Match(line.Value) is not { Success: true } entry)
                throw ScriptFile.Invalid(
                    $"{source.Name}, line {source.At(line.Index).Line}: this is no pinned migration (64 hexadecimal digits, two blanks, a name). Bring the line back from the repository, or write the file anew with gantry db check --write-lock.");
            released.Add(new ReleasedMigration(entry.Groups["name"].Value, entry.Groups["checksum"].Value, new SourceSpan(line.Index, line.Length)));
        }

        if (released.GroupBy(migration => migration.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw ScriptFile.Invalid($"{source.Name} pins {twice.Key} twice. Keep the line that was there first.");
        return new MigrationsLock(source, released);
    }

    [GeneratedRegex("^[^\n]*$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Lines();

    [GeneratedRegex(@"^(?<checksum>[0-9a-f]{64})  (?<name>\S.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Entry();
}

/// <summary>A migration that was released.</summary>
/// <param name="Name">Its full name.</param>
/// <param name="Checksum">SHA-256 of its forward scripts when it was released.</param>
/// <param name="Span">Its line in the lock file.</param>
public sealed record ReleasedMigration(string Name, string Checksum, SourceSpan Span);

using Gantry.Migrations.Files;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Check.Rules;

/// <summary>
/// edited-after-release: a migration differs from what migrations.lock pins, or is gone, or comes before one that was released. Databases out there have
/// run the old one: they would never get the change, and differ from a fresh install.
/// </summary>
internal sealed class EditedAfterRelease : ICheckRule
{
    public RuleDescription Description { get; } = new("edited-after-release", Severity.Error, "A released migration was edited, removed or overtaken");

    public IEnumerable<Finding> OfSet(CheckedSet set)
    {
        if (set.Options.Lock is not { } released)
            yield break;

        var now = set.Set.Migrations.ToDictionary(migration => migration.FullName, StringComparer.Ordinal);
        foreach (var pinned in released.Released)
        {
            if (!now.TryGetValue(pinned.Name, out var migration))
                yield return Find(released.Source, pinned.Span,
                    $"{pinned.Name} was released and is gone: databases that have run it cannot be told from newer ones.",
                    "Bring it back from the repository's history.");
            else if (migration.Checksum != pinned.Checksum)
                yield return Find(Source(migration, set.Dialect) ?? released.Source, Source(migration, set.Dialect) is null ? pinned.Span : Beginning(set, migration),
                    $"{pinned.Name} was released and edited since: databases that have run it never get the change.",
                    "Bring the old text back, and put the change into a new migration. If it was never released, take its line out of migrations.lock.");
        }

        foreach (var overtaken in Overtaken(set.Set, released))
            if (Source(overtaken, set.Dialect) is { } source)
                yield return Find(source, Beginning(set, overtaken),
                    $"{overtaken} comes before a migration that was released already: databases that are further on run it late or never.",
                    "Give it a number behind the last released one.")
                    with
                { Severity = Severity.Warning };
    }

    private static IEnumerable<Migration> Overtaken(MigrationSet set, MigrationsLock released)
    {
        var names = released.Released.Select(pinned => pinned.Name).ToHashSet(StringComparer.Ordinal);
        var last = set.Migrations.LastOrDefault(migration => names.Contains(migration.FullName))?.Revision ?? 0;
        return set.Migrations.Where(migration => migration.Revision < last && MigrationsLock.IsPinned(set, migration) && !names.Contains(migration.FullName));
    }

    private static SourceText? Source(Migration migration, Dialect dialect) => migration.Up.TryGetValue(dialect, out var script) ? script.Source : null;

    private static SourceSpan Beginning(CheckedSet set, Migration migration) =>
        set.Scripts.FirstOrDefault(script => script.Forward && script.Migration == migration)?.Beginning ?? new SourceSpan(0, 0);

    private Finding Find(SourceText source, SourceSpan span, string message, string help) => new()
    {
        Rule = Description.Id,
        Severity = Description.Severity,
        Source = source,
        Span = span,
        Message = message,
        Help = help,
    };
}

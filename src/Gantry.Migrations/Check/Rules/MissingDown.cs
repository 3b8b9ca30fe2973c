using Gantry.Migrations.Files;

namespace Gantry.Migrations.Check.Rules;

/// <summary>missing-down: no way back, and nobody said that there is none. Asked only of projects whose layout has ways back.</summary>
internal sealed class MissingDown : ICheckRule
{
    public RuleDescription Description { get; } = new("missing-down", Severity.Warning, "A migration has no way back and does not say that there is none");

    public IEnumerable<Finding> OfSet(CheckedSet set)
    {
        if (!HasWaysBack(set.Set))
            return [];

        return set.Scripts
            .Where(script => script.Forward && !script.Migration.Irreversible && !script.Migration.Down.ContainsKey(set.Dialect) && !IsRepeatable(script.Migration))
            .Select(script => script.Find(Description, script.Beginning,
                $"{script.Migration} has no way back: a release that goes wrong cannot be undone.",
                "Write it (Gantry: down.sql), or declare that going back would lose data, with a line: -- irreversible"));
    }

    // Flyway's undo scripts belong to its paid editions: who has none at all does without.
    private static bool HasWaysBack(MigrationSet set) =>
        set.Layout is MigrationLayout.Gantry or MigrationLayout.GolangMigrate or MigrationLayout.Dbmate
        || set.Layout == MigrationLayout.Flyway && set.Migrations.Any(migration => migration.Down.Count > 0);

    private static bool IsRepeatable(Migration migration) => migration.FullName.StartsWith("R__", StringComparison.Ordinal);
}

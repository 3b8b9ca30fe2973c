using System.Globalization;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;

namespace Gantry.Migrations.Upgrade;

/// <summary>What is to be done next, from what the database remembers and the migrations at hand. Pure: the same state gives the same move.</summary>
internal static class UpgradeDecision
{
    /// <summary>Why nothing may be done with this database; null when something may.</summary>
    /// <param name="record">What the database remembers.</param>
    /// <param name="migrations">Those at hand.</param>
    public static Refusal? Refuse(MigrationRecord record, IReadOnlyList<Migration> migrations)
    {
        var applied = record.Applied;
        for (var i = 0; i < applied.Count; i++)
            if (RefuseApplied(applied, i, migrations) is { } refusal)
                return refusal;
        return record.Interrupted is { } interrupted ? RefuseInterrupted(interrupted, applied.Count, migrations) : null;
    }

    /// <summary>The next thing to do; null when the target is reached.</summary>
    /// <param name="record">What the database remembers; not refused.</param>
    /// <param name="migrations">Those at hand.</param>
    /// <param name="target">The revision to reach.</param>
    // What was begun is ended even beyond the target: a database is never left between two revisions on purpose.
    public static UpgradeMove? Next(MigrationRecord record, IReadOnlyList<Migration> migrations, int target) =>
        record.Interrupted is { } interrupted ? new UpgradeMove(migrations[interrupted.Revision - 1], interrupted)
        : record.Applied.Count < target ? new UpgradeMove(migrations[record.Applied.Count], null)
        : null;

    private static Refusal? RefuseApplied(IReadOnlyList<AppliedMigration> applied, int index, IReadOnlyList<Migration> migrations)
    {
        var row = applied[index];
        if (row.Revision != index + 1)
            return new Refusal(MigrationFailure.BrokenHistory, row.ToString(), string.Create(CultureInfo.InvariantCulture,
                $"The database says that {row} was applied, but not {index + 1:D4}: its table gantry_migrations was changed by hand."),
                "Restore a backup, or the missing row.");

        if (row.Revision > migrations.Count)
            return new Refusal(MigrationFailure.DatabaseNewer, row.ToString(),
                $"The database is at {applied[^1]}, made by a later version of this program; the latest that this version knows is {(migrations.Count == 0 ? "none" : migrations[^1])}.",
                "Use the later version, or restore a backup from before the upgrade.");

        var migration = migrations[row.Revision - 1];
        if (migration.Name == row.Name && migration.Checksum == row.Checksum)
            return null;
        if (migration.Name != row.Name && migrations.All(other => other.Name != row.Name) && applied.Any(later => later.Name == migration.Name))
            return new Refusal(MigrationFailure.MigrationMissing, row.ToString(),
                $"{row} was applied to this database, but is not among the migrations at hand, where {migration} stands in its place.",
                "Bring the missing migration back: one that was applied must never be taken away.");
        return new Refusal(MigrationFailure.EditedHistory, row.ToString(),
            $"{row} was applied to this database with the checksum {row.Checksum}; the one at hand is {migration} with {migration.Checksum}. "
            + "A migration that was applied must not be edited.",
            "Bring its text back, and put the change in a new migration.");
    }

    private static Refusal? RefuseInterrupted(InterruptedMigration row, int revision, IReadOnlyList<Migration> migrations)
    {
        if (row.Revision != revision + 1)
            return new Refusal(MigrationFailure.BrokenHistory, row.ToString(), string.Create(CultureInfo.InvariantCulture,
                $"The database says that {row} is under way while it is at revision {revision:D4}: its tables gantry_migrations and gantry_migration_progress do not agree."),
                "Restore a backup.");
        if (row.Revision > migrations.Count)
            return new Refusal(MigrationFailure.DatabaseNewer, row.ToString(),
                $"{row}, a migration of a later version of this program, was begun on this database and has not ended.",
                "Let the later version end it, or undo it with that version's `gantry db down`.");

        var migration = migrations[row.Revision - 1];
        // Where there is no way back, an edit is the one way forward: the steps that are done stay done.
        if (migration.Name == row.Name && (migration.Checksum == row.Checksum || migration.Irreversible))
            return null;
        return new Refusal(MigrationFailure.EditedHistory, row.ToString(),
            $"{row} was begun on this database with the checksum {row.Checksum} and has not ended; the one at hand is {migration} with {migration.Checksum}.",
            "Bring its text back and let it end, or undo what was begun with `gantry db down` and the old text; then edit it.");
    }
}

/// <summary>A migration to begin, or to go on with.</summary>
/// <param name="Migration">Which.</param>
/// <param name="From">How far it has come; null to begin it.</param>
internal sealed record UpgradeMove(Migration Migration, InterruptedMigration? From);

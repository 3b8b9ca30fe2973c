using Gantry.Migrations.Files;

namespace Gantry.Migrations.Upgrade;

/// <summary>Where a database is in its schema's life.</summary>
/// <param name="Revision">The last migration that was applied; 0 for none.</param>
/// <param name="Pending">Those that are to be applied, in order; one that is under way is among them.</param>
public sealed record UpgradeStatus(int Revision, IReadOnlyList<Migration> Pending)
{
    /// <summary>The migration that was begun in batches and has not ended; null when there is none.</summary>
    public RunningMigration? Running { get; init; }

    /// <summary>Who upgrades right now, in words; null when nobody does.</summary>
    public string? Holder { get; init; }
}

/// <summary>A migration in batches that has not ended.</summary>
/// <param name="Migration">As its files name it.</param>
/// <param name="Step">The step that it is at, from 1.</param>
/// <param name="Steps">How many it has.</param>
/// <param name="RowsDone">Rows of the table that the step has gone through; 0 for a step that is no backfill.</param>
/// <param name="RowsTotal">Rows that the table had when the step began, approximately; 0 for a step that is no backfill.</param>
/// <param name="StartedAt">When it was begun.</param>
public sealed record RunningMigration(string Migration, int Step, int Steps, long RowsDone, long RowsTotal, DateTimeOffset StartedAt);

/// <summary>What an upgrade did, or would do.</summary>
/// <param name="From">Revision before.</param>
/// <param name="To">Revision after.</param>
/// <param name="Applied">The migrations that this call applied, in order; empty when there was nothing to do.</param>
public sealed record UpgradeResult(int From, int To, IReadOnlyList<Migration> Applied)
{
    /// <summary>What would be done; null unless it was asked for as a dry run.</summary>
    public UpgradePlan? Plan { get; init; }

    /// <summary>The copy that was made of the SQLite database before; null when none was.</summary>
    public string? Backup { get; init; }
}

/// <summary>What an upgrade would do.</summary>
/// <param name="From">Revision now.</param>
/// <param name="To">Revision afterwards.</param>
/// <param name="Migrations">In order.</param>
public sealed record UpgradePlan(int From, int To, IReadOnlyList<PlannedMigration> Migrations);

/// <summary>A migration that would be applied.</summary>
/// <param name="Migration">Which.</param>
/// <param name="InOneTransaction">Whether it is one transaction; otherwise a chain of short ones.</param>
/// <param name="Steps">In order.</param>
public sealed record PlannedMigration(Migration Migration, bool InOneTransaction, IReadOnlyList<PlannedStep> Steps);

/// <summary>A step that would be run.</summary>
/// <param name="Step">Which.</param>
/// <param name="Statements">As their author wrote them, in order.</param>
public sealed record PlannedStep(MigrationStep Step, IReadOnlyList<string> Statements);

using Gantry.Migrations.Files;

namespace Gantry.Migrations.Upgrade;

/// <summary>Hears how an upgrade gets on. Called on the upgrade's own thread: it must not block.</summary>
public interface IUpgradeProgress
{
    /// <summary>Something happened.</summary>
    void Report(UpgradeEvent happened);
}

/// <summary>Something that happened in an upgrade.</summary>
public abstract record UpgradeEvent
{
    private UpgradeEvent()
    {
    }

    /// <summary>Another upgrader is at work; this one waits for it.</summary>
    /// <param name="Holder">Who, in words; null when it is not known.</param>
    /// <param name="Waited">Since when.</param>
    public sealed record Waiting(string? Holder, TimeSpan Waited) : UpgradeEvent;

    /// <summary>The SQLite database was copied aside.</summary>
    /// <param name="File">The copy.</param>
    /// <param name="Took">How long that took.</param>
    public sealed record BackedUp(string File, TimeSpan Took) : UpgradeEvent;

    /// <summary>A migration begins.</summary>
    /// <param name="Migration">Which.</param>
    /// <param name="Number">Which of those to apply, from 1.</param>
    /// <param name="Count">How many there are to apply.</param>
    /// <param name="Resumed">Whether it was begun by an upgrader before this one.</param>
    public sealed record MigrationStarted(Migration Migration, int Number, int Count, bool Resumed) : UpgradeEvent;

    /// <summary>A step of a migration begins.</summary>
    /// <param name="Migration">Of which migration.</param>
    /// <param name="Step">Which.</param>
    /// <param name="Steps">How many there are.</param>
    public sealed record StepStarted(Migration Migration, MigrationStep Step, int Steps) : UpgradeEvent;

    /// <summary>A statement has run. It stands only once its transaction does.</summary>
    /// <param name="Migration">Of which migration.</param>
    /// <param name="Statement">As its author wrote it.</param>
    /// <param name="Rows">How many rows it changed.</param>
    /// <param name="Took">How long that took.</param>
    public sealed record StatementDone(Migration Migration, string Statement, long Rows, TimeSpan Took) : UpgradeEvent;

    /// <summary>A batch of a backfill was committed.</summary>
    /// <param name="Migration">Of which migration.</param>
    /// <param name="Step">Of which step.</param>
    /// <param name="Done">Rows that the step has gone through.</param>
    /// <param name="Total">Rows that there are, approximately; may be less than <paramref name="Done"/> when rows were added meanwhile.</param>
    /// <param name="RowsPerSecond">Since this upgrader began the step.</param>
    /// <param name="Left">How long the rest will take at that rate.</param>
    /// <param name="Held">How long this batch held its locks.</param>
    public sealed record BatchDone(Migration Migration, MigrationStep Step, long Done, long Total, double RowsPerSecond, TimeSpan Left, TimeSpan Held) : UpgradeEvent;

    /// <summary>Others were in the way, or the connection was lost: it is tried again after a while.</summary>
    /// <param name="Why">The engine's words.</param>
    /// <param name="Blocker">Who is in the way, in words; null when it is not known.</param>
    /// <param name="Attempt">Which attempt failed, from 1.</param>
    /// <param name="Delay">How long until the next.</param>
    public sealed record Retrying(string Why, string? Blocker, int Attempt, TimeSpan Delay) : UpgradeEvent;

    /// <summary>A migration in batches failed for good, and what it has committed is being undone.</summary>
    /// <param name="Migration">Which.</param>
    public sealed record Undoing(Migration Migration) : UpgradeEvent;

    /// <summary>A migration stands.</summary>
    /// <param name="Migration">Which.</param>
    /// <param name="Took">How long it took this upgrader.</param>
    public sealed record MigrationDone(Migration Migration, TimeSpan Took) : UpgradeEvent;
}

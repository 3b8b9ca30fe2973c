namespace Gantry.Migrations;

/// <summary>Why an upgrade did not happen.</summary>
public enum MigrationFailure
{
    /// <summary>The folder of migrations is not there.</summary>
    FolderMissing,
    /// <summary>Something in the folder is not a migration, or cannot be read as one.</summary>
    InvalidFolder,
    /// <summary>Two migrations have the same number.</summary>
    DuplicateRevision,
    /// <summary>A number is missing between two migrations.</summary>
    RevisionGap,
    /// <summary>The database was made by a later version of the program.</summary>
    DatabaseNewer,
    /// <summary>A migration that was applied differs from the one in the folder.</summary>
    EditedHistory,
    /// <summary>The database's record of what was applied has a hole.</summary>
    BrokenHistory,
    /// <summary>A statement failed.</summary>
    StatementFailed,
    /// <summary>The script begins or ends a transaction, which would break all-or-nothing.</summary>
    TransactionInScript,
    /// <summary>After the migration, rows point to rows that do not exist.</summary>
    ForeignKeysBroken,
    /// <summary>Another process upgrades or writes, and did not finish in time.</summary>
    Busy,
    /// <summary>The database cannot be opened, read or written.</summary>
    DatabaseUnusable,
    /// <summary>No room on the disk.</summary>
    DiskFull,
    /// <summary>Migrations are pending, and who asked did not want them applied.</summary>
    SchemaBehind,
    /// <summary>The migration has no <c>down.sql</c>.</summary>
    Irreversible,
}

/// <summary>
/// An upgrade (or a step back) did not happen. The message says what failed, what was and what was not committed, and
/// what to do next; the properties say the same to a program.
/// </summary>
public sealed class MigrationException(MigrationFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public MigrationFailure Failure { get; } = failure;

    /// <summary>The migration in question (<c>0007_volume_owner</c>); null when it is about all of them.</summary>
    public string? Migration { get; init; }

    /// <summary>The statement that failed; null when none did.</summary>
    public FailedStatement? Statement { get; init; }

    /// <summary>The revision that the database is at now; null when it is not known. 0 before the first migration.</summary>
    public int? DatabaseRevision { get; init; }
}

/// <summary>A statement that an engine refused.</summary>
/// <param name="Script"><c>up.sql</c> or <c>down.sql</c>.</param>
/// <param name="Number">Which statement of the script, from 1.</param>
/// <param name="Line">Line of its first word, from 1.</param>
/// <param name="Column">Column of its first word, from 1, in characters.</param>
/// <param name="Text">The statement.</param>
/// <param name="EngineCode">The engine's error code (SQLite: the extended one).</param>
/// <param name="EngineMessage">The engine's own words.</param>
public sealed record FailedStatement(string Script, int Number, int Line, int Column, string Text, int EngineCode, string EngineMessage);

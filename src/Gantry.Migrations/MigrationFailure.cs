namespace Gantry.Migrations;

/// <summary>Why an upgrade did not happen. Each reason has an exit code of its own at the command line.</summary>
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
    /// <summary>A migration that was applied is not in the folder, though later ones are.</summary>
    MigrationMissing,
    /// <summary>The database's record of what was applied has a hole.</summary>
    BrokenHistory,
    /// <summary>A statement failed.</summary>
    StatementFailed,
    /// <summary>A <c>verify none</c> step found rows.</summary>
    VerifyFailed,
    /// <summary>The script begins or ends a transaction, which would break all-or-nothing.</summary>
    TransactionInScript,
    /// <summary>After the migration, rows point to rows that do not exist.</summary>
    ForeignKeysBroken,
    /// <summary>Another process upgrades, writes or holds a lock, and did not finish in time.</summary>
    Busy,
    /// <summary>The server cannot be reached, or went away and did not come back in time.</summary>
    Unreachable,
    /// <summary>The server refuses the name or the password.</summary>
    WrongPassword,
    /// <summary>The database (or the server) can be read but not written.</summary>
    ReadOnly,
    /// <summary>The file is damaged, or is no database.</summary>
    Corrupt,
    /// <summary>The engine is older than what this program needs.</summary>
    EngineTooOld,
    /// <summary>The database cannot be opened, read or written for another reason.</summary>
    DatabaseUnusable,
    /// <summary>No room on the disk.</summary>
    DiskFull,
    /// <summary>Migrations are pending, and who asked did not want them applied.</summary>
    SchemaBehind,
    /// <summary>The static check found an error in what is pending.</summary>
    CheckRefused,
    /// <summary>The migration has no way back: no <c>down.sql</c>, or declared <c>-- irreversible</c>.</summary>
    Irreversible,
    /// <summary>A migration in batches neither has a <c>down.sql</c> to undo it with nor is declared <c>-- irreversible</c>.</summary>
    UndoMissing,
    /// <summary>The migration is not written for this engine.</summary>
    OtherEngine,
    /// <summary>There is no migration of the revision that was asked for.</summary>
    NoSuchRevision,
}

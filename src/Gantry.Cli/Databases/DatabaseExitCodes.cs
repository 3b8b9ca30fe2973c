using Gantry.Migrations;

namespace Gantry.Cli.Databases;

/// <summary>How <c>gantry db</c> ends when it could not do what was asked: one status for each reason, so that a script need not read sentences.
/// docs/upgrades.md lists the same.</summary>
internal static class DatabaseExitCodes
{
    /// <summary>The status for a reason, from 10 to 39.</summary>
    public static int Of(MigrationFailure failure) => failure switch
    {
        // The migrations.
        MigrationFailure.FolderMissing => 10,
        MigrationFailure.InvalidFolder => 11,
        MigrationFailure.DuplicateRevision or MigrationFailure.RevisionGap => 12,
        MigrationFailure.UndoMissing => 13,
        MigrationFailure.OtherEngine => 14,
        MigrationFailure.NoSuchRevision => 15,
        MigrationFailure.TransactionInScript => 16,
        MigrationFailure.CheckRefused => 17,
        MigrationFailure.Irreversible => 18,
        // What the database remembers.
        MigrationFailure.DatabaseNewer => 20,
        MigrationFailure.EditedHistory => 21,
        MigrationFailure.MigrationMissing => 22,
        MigrationFailure.BrokenHistory => 23,
        MigrationFailure.SchemaBehind => 24,
        // Its rows.
        MigrationFailure.StatementFailed => 25,
        MigrationFailure.VerifyFailed => 26,
        MigrationFailure.ForeignKeysBroken => 27,
        // Its engine.
        MigrationFailure.Busy => 30,
        MigrationFailure.Unreachable => 31,
        MigrationFailure.WrongPassword => 32,
        MigrationFailure.ReadOnly => 33,
        MigrationFailure.Corrupt => 34,
        MigrationFailure.EngineTooOld => 35,
        MigrationFailure.DiskFull => 36,
        _ => 39,
    };
}

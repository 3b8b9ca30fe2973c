using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Gantry.Migrations.Files;

namespace Gantry.Migrations;

/// <summary>Puts SQLite's errors into sentences: what failed, what was and was not committed, what to do next.</summary>
internal static class SqliteFailure
{
    private const int LongestQuote = 200;

    public static MigrationException OfStatement(SqliteScriptException error, Migration migration, int revision)
    {
        var statement = error.Statement;
        var where = string.Create(CultureInfo.InvariantCulture,
            $"Statement {statement.Number} of {migration}/{statement.Script} (line {statement.Line}, column {statement.Column})");
        var quote = statement.Text.Length <= LongestQuote ? statement.Text : statement.Text[..LongestQuote] + "…";
        var (failure, what, next) = error.ControlsTransaction
            ? (MigrationFailure.TransactionInScript, "begins or ends a transaction", "Remove it: a migration is one transaction already.")
            : (Classify(statement.EngineCode, MigrationFailure.StatementFailed),
                string.Create(CultureInfo.InvariantCulture, $"failed: {statement.EngineMessage} (SQLite code {statement.EngineCode})"),
                Next(Classify(statement.EngineCode, MigrationFailure.StatementFailed)));
        return new MigrationException(failure, $"{where} {what}.\n  {quote}\n{WhatStands(migration, revision)} {next}")
        {
            Migration = migration.FullName,
            Statement = statement,
            DatabaseRevision = revision,
        };
    }

    public static MigrationException OfEngine(SqliteException error, Migration? migration, int? revision)
    {
        var failure = Classify(error.SqliteExtendedErrorCode, MigrationFailure.DatabaseUnusable);
        var what = migration is null ? "The database cannot be read" : $"{migration} could not be applied or undone";
        var stands = migration is null ? "Nothing was changed." : WhatStands(migration, revision ?? 0);
        return new MigrationException(failure, $"{what}: {error.Message} {stands} {Next(failure)}", error)
        {
            Migration = migration?.FullName,
            DatabaseRevision = revision,
        };
    }

    public static string WhatStands(Migration migration, int revision) => revision == 0
        ? $"Nothing of {migration} was committed; the database is as it was before it."
        : string.Create(CultureInfo.InvariantCulture, $"Nothing of {migration} was committed; the database is at revision {revision:D4}, which is whole.");

    private static MigrationFailure Classify(int extendedCode, MigrationFailure otherwise) => (extendedCode & 0xFF) switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => MigrationFailure.Busy,
        raw.SQLITE_FULL => MigrationFailure.DiskFull,
        raw.SQLITE_CANTOPEN or raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT or raw.SQLITE_READONLY or raw.SQLITE_IOERR or raw.SQLITE_PERM
            => MigrationFailure.DatabaseUnusable,
        _ => otherwise,
    };

    private static string Next(MigrationFailure failure) => failure switch
    {
        MigrationFailure.Busy => "Another process writes to the database: wait for it to end, then start again.",
        MigrationFailure.DiskFull => "Make room on the disk that holds the database, then start again.",
        MigrationFailure.DatabaseUnusable => "See that the file is a SQLite database that this user may write, or restore a backup, then start again.",
        _ => "Correct the migration, or the rows that it trips over, then start again.",
    };
}

using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gantry.Migrations.Databases;

/// <summary>Sorts SQLite's errors.</summary>
internal static class SqliteErrors
{
    private static readonly string[] MissingWords = ["no such table", "no such column", "no such index", "no such view", "no such trigger"];

    public static EngineError Describe(SqliteException error)
    {
        var (kind, failure) = (error.SqliteErrorCode & 0xFF) switch
        {
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => (EngineErrorKind.Transient, MigrationFailure.Busy),
            raw.SQLITE_FULL => (EngineErrorKind.Surroundings, MigrationFailure.DiskFull),
            raw.SQLITE_READONLY => (EngineErrorKind.Surroundings, MigrationFailure.ReadOnly),
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => (EngineErrorKind.Surroundings, MigrationFailure.Corrupt),
            raw.SQLITE_CANTOPEN or raw.SQLITE_IOERR or raw.SQLITE_PERM or raw.SQLITE_NOMEM => (EngineErrorKind.Surroundings, MigrationFailure.DatabaseUnusable),
            _ => (EngineErrorKind.Deterministic, MigrationFailure.StatementFailed),
        };
        var message = Words(error);
        var subject = Subject(error.SqliteExtendedErrorCode, message);
        var (table, columns) = subject is ErrorSubject.Unique or ErrorSubject.NotNull ? Names(message) : (null, []);
        return new EngineError(kind, error.SqliteExtendedErrorCode.ToString(CultureInfo.InvariantCulture), message)
        {
            Failure = failure,
            Subject = subject,
            Table = table,
            Columns = columns,
        };
    }

    private static ErrorSubject Subject(int code, string message) => code switch
    {
        raw.SQLITE_CONSTRAINT_UNIQUE or raw.SQLITE_CONSTRAINT_PRIMARYKEY => ErrorSubject.Unique,
        raw.SQLITE_CONSTRAINT_NOTNULL => ErrorSubject.NotNull,
        raw.SQLITE_CONSTRAINT_FOREIGNKEY => ErrorSubject.ForeignKey,
        raw.SQLITE_CONSTRAINT_CHECK => ErrorSubject.Check,
        _ when MissingWords.Any(words => message.Contains(words, StringComparison.Ordinal)) => ErrorSubject.Missing,
        _ => ErrorSubject.Other,
    };

    /// <summary>"UNIQUE constraint failed: volumes.project, volumes.name" names table and columns.</summary>
    private static (string?, IReadOnlyList<string>) Names(string message)
    {
        var list = message[(message.LastIndexOf(": ", StringComparison.Ordinal) + 2)..].Split(", ");
        var parts = list.Select(name => name.Split('.', 2)).ToList();
        return parts.All(part => part.Length == 2) ? (parts[0][0], [.. parts.Select(part => part[1])]) : (null, []);
    }

    // The provider wraps the engine's words: SQLite Error 19: 'UNIQUE constraint failed: volumes.name'.
    private static string Words(SqliteException error)
    {
        var start = error.Message.IndexOf('\'', StringComparison.Ordinal);
        var end = error.Message.LastIndexOf('\'');
        return start >= 0 && end > start ? error.Message[(start + 1)..end] : error.Message;
    }
}

using Gantry.Migrations.Databases;

namespace Gantry.Migrations.Upgrade;

/// <summary>Engines' errors in plain words.</summary>
internal static class Explanation
{
    public static string Of(EngineError error, Dialect dialect) => error.Failure switch
    {
        MigrationFailure.Busy when dialect == Dialect.Sqlite => "another process writes to the database.",
        MigrationFailure.Busy => "another session holds a lock that this statement needs.",
        MigrationFailure.DiskFull => "there is no room left on the disk that holds the database.",
        MigrationFailure.ReadOnly => dialect == Dialect.Sqlite
            ? "the database's file can be read but not written by this user." : "the server takes no writes: it is a standby, or set read-only.",
        MigrationFailure.Corrupt => $"the file is damaged, or is no database ({error.Message}).",
        MigrationFailure.WrongPassword => "the server refuses this user name or password.",
        MigrationFailure.Unreachable => $"the server cannot be reached ({error.Message}).",
        MigrationFailure.DatabaseUnusable => $"the database cannot be used ({error.Message}).",
        _ => OfStatement(error),
    };

    private static string OfStatement(EngineError error) => error.Subject switch
    {
        ErrorSubject.TooManyRows =>
            "a subquery stands where one value is needed, and for at least one row it returned several. It is not tied to the row being changed, or not by a unique key.",
        ErrorSubject.Unique => $"two rows would have the same {Columns(error)}, and no two may.{Detail(error)}",
        ErrorSubject.ForeignKey => $"a row would point to one that does not exist.{Detail(error)}",
        ErrorSubject.NotNull => $"the column {Columns(error)} would be NULL in at least one row, and must not be.",
        ErrorSubject.Check => $"a row does not meet the condition {error.Constraint ?? "of a CHECK"}.{Detail(error)}",
        ErrorSubject.Missing => $"it names something that the database does not have ({error.Message}).",
        ErrorSubject.OutsideTransactionOnly => "the engine runs this statement only outside a transaction. Put it in a step of its own: -- step: concurrent",
        _ => error.Message + "." + Detail(error),
    };

    private static string Columns(EngineError error) =>
        error.Columns.Count > 0 ? $"{string.Join(", ", error.Columns)}{(error.Table is { } table ? " in " + table : "")}"
        : error.Constraint is { } constraint ? $"key ({constraint})" : "key";

    private static string Detail(EngineError error) => error.Detail is { } detail ? " " + detail.TrimEnd('.') + "." : "";

    /// <summary>What to do about it.</summary>
    public static string Next(MigrationFailure failure, string command) => failure switch
    {
        MigrationFailure.Busy => $"Wait for the other to end (or end it), then start again: {command}",
        MigrationFailure.DiskFull => $"Make room on the disk that holds the database, then start again: {command}",
        MigrationFailure.ReadOnly => $"Make it writable, or name the writable one, then start again: {command}",
        MigrationFailure.Corrupt => "See that the file is a SQLite database; if it was one, restore a backup.",
        MigrationFailure.WrongPassword => "Correct the user name or the password in the database's address.",
        MigrationFailure.Unreachable => $"See that the server runs and that host and port are right, then start again: {command}",
        MigrationFailure.DatabaseUnusable => $"See that the database exists and that this user may write to it, then start again: {command}",
        _ => $"Correct the migration, or the rows that it trips over, then start again: {command}",
    };
}

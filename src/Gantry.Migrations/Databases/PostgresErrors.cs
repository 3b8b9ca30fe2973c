using System.Net.Sockets;
using Npgsql;

namespace Gantry.Migrations.Databases;

/// <summary>Sorts PostgreSQL's errors, by SQLSTATE.</summary>
internal static class PostgresErrors
{
    private const string IdleInTransactionTimeout = "25P03";

    public static EngineError? Describe(Exception error) => error switch
    {
        PostgresException postgres => OfServer(postgres),
        // A server that was there a moment ago and refuses connections now is starting again.
        NpgsqlException { InnerException: SocketException or TimeoutException } lost => Lost(lost),
        NpgsqlException { InnerException: IOException or null } lost => Lost(lost),
        NpgsqlException other => new EngineError(EngineErrorKind.Surroundings, "", other.InnerException?.Message ?? other.Message) { Failure = MigrationFailure.Unreachable },
        // Npgsql throws these from the inside when the connection breaks under it.
        IOException or SocketException or ObjectDisposedException => Lost(error),
        InvalidOperationException when error.Message.Contains("onnection is not open", StringComparison.Ordinal) => Lost(error),
        _ => null,
    };

    private static EngineError Lost(Exception error) =>
        new(EngineErrorKind.ConnectionLost, "", (error.InnerException ?? error).Message) { Failure = MigrationFailure.Unreachable };

    private static EngineError OfServer(PostgresException error)
    {
        var (kind, failure) = Sort(error.SqlState);
        return new EngineError(kind, error.SqlState, error.MessageText)
        {
            Failure = failure,
            Detail = error.Detail,
            Table = error.SchemaName is null or "public" ? error.TableName : $"{error.SchemaName}.{error.TableName}",
            Columns = error.ColumnName is { } column ? [column] : KeyColumns(error.Detail),
            Constraint = error.ConstraintName,
            Subject = Subject(error.SqlState, error.MessageText),
        };
    }

    // "Key (project_id, name)=(7, x) already exists."
    private static string[] KeyColumns(string? detail)
    {
        var end = detail is not null && detail.StartsWith("Key (", StringComparison.Ordinal) ? detail.IndexOf(")=(", StringComparison.Ordinal) : -1;
        return end < 0 ? [] : detail![5..end].Split(", ");
    }

    private static (EngineErrorKind, MigrationFailure) Sort(string state) => state switch
    {
        PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
            or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.ObjectInUse => (EngineErrorKind.Transient, MigrationFailure.Busy),
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or IdleInTransactionTimeout
            => (EngineErrorKind.ConnectionLost, MigrationFailure.Unreachable),
        _ when state.StartsWith("08", StringComparison.Ordinal) => (EngineErrorKind.ConnectionLost, MigrationFailure.Unreachable),
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => (EngineErrorKind.Surroundings, MigrationFailure.WrongPassword),
        PostgresErrorCodes.InvalidCatalogName => (EngineErrorKind.Surroundings, MigrationFailure.DatabaseUnusable),
        PostgresErrorCodes.ReadOnlySqlTransaction => (EngineErrorKind.Surroundings, MigrationFailure.ReadOnly),
        PostgresErrorCodes.DiskFull => (EngineErrorKind.Surroundings, MigrationFailure.DiskFull),
        PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted => (EngineErrorKind.Surroundings, MigrationFailure.Corrupt),
        _ when state.StartsWith("53", StringComparison.Ordinal) || state.StartsWith("58", StringComparison.Ordinal)
            => (EngineErrorKind.Surroundings, MigrationFailure.DatabaseUnusable),
        _ => (EngineErrorKind.Deterministic, MigrationFailure.StatementFailed),
    };

    private static ErrorSubject Subject(string state, string message) => state switch
    {
        // The same code stands for an upsert that meets a row twice.
        PostgresErrorCodes.CardinalityViolation when !message.Contains("ON CONFLICT", StringComparison.Ordinal) => ErrorSubject.TooManyRows,
        PostgresErrorCodes.UniqueViolation => ErrorSubject.Unique,
        PostgresErrorCodes.ForeignKeyViolation => ErrorSubject.ForeignKey,
        PostgresErrorCodes.NotNullViolation => ErrorSubject.NotNull,
        PostgresErrorCodes.CheckViolation => ErrorSubject.Check,
        PostgresErrorCodes.ActiveSqlTransaction => ErrorSubject.OutsideTransactionOnly,
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedObject
            or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InvalidSchemaName => ErrorSubject.Missing,
        _ => ErrorSubject.Other,
    };
}

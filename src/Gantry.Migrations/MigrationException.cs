using Gantry.Migrations.Upgrade;

namespace Gantry.Migrations;

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

    /// <summary>All that is known of the failure; null when it is about files alone and no database was reached for.</summary>
    public UpgradeReport? Report { get; init; }

    /// <summary>Where the report was written as JSON; null when it was not.</summary>
    public string? ReportPath { get; init; }
}

/// <summary>A statement that an engine refused.</summary>
/// <param name="File">As it is shown to people: <c>0007_volume_owner/up.sql</c>.</param>
/// <param name="Number">Which statement of its step, from 1.</param>
/// <param name="Line">Line of its first word in the file, from 1.</param>
/// <param name="Column">Column of its first word, from 1, in characters.</param>
/// <param name="Text">The statement as its author wrote it.</param>
/// <param name="EngineCode">The engine's error code: SQLite's extended one, or PostgreSQL's SQLSTATE. Empty when the engine never saw it.</param>
/// <param name="EngineMessage">The engine's own words.</param>
public sealed record FailedStatement(string File, int Number, int Line, int Column, string Text, string EngineCode, string EngineMessage);

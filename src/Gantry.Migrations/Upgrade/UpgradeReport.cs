using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gantry.Migrations.Upgrade;

/// <summary>Why an upgrade did not happen: for people as text, for programs as JSON. Never holds a password.</summary>
public sealed record UpgradeReport
{
    /// <summary>The reason.</summary>
    public required MigrationFailure Failure { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The database, as it is shown to people.</summary>
    public required string Database { get; init; }

    /// <summary>The engine and its version; null when it was not reached.</summary>
    public string? Engine { get; init; }

    /// <summary>The migration in question; null when it is about none.</summary>
    public string? Migration { get; init; }

    /// <summary>The step in question, from 1; null when it is about none.</summary>
    public int? Step { get; init; }

    /// <summary>Its kind: <c>plain</c>, <c>expand</c>, <c>backfill</c>…</summary>
    public string? StepKind { get; init; }

    /// <summary>The statement that failed; null when none did.</summary>
    public FailedStatement? Statement { get; init; }

    /// <summary>What is wrong, in plain words.</summary>
    public required string Why { get; init; }

    /// <summary>The rows that show it; null when none do.</summary>
    public ReportRows? Rows { get; init; }

    /// <summary>Who was in the way, in words; empty when nobody was.</summary>
    public IReadOnlyList<string> Blockers { get; init; } = [];

    /// <summary>The last migration that stands; null when it is not known, 0 for none.</summary>
    public int? Revision { get; init; }

    /// <summary>What was committed.</summary>
    public required string Committed { get; init; }

    /// <summary>What was not.</summary>
    public required string NotCommitted { get; init; }

    /// <summary>What to do next.</summary>
    public required string Next { get; init; }

    /// <summary>The copy of the SQLite database from before; null when there is none.</summary>
    public string? Backup { get; init; }

    /// <summary>The command that brings that copy back; null when there is none.</summary>
    public string? Restore { get; init; }

    /// <summary>The report as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, UpgradeReportJson.Default.UpgradeReport);

    /// <summary>The report as a person reads it.</summary>
    public override string ToString() => ReportText.Of(this);
}

/// <summary>Rows that show what is wrong.</summary>
/// <param name="Title">What they are.</param>
/// <param name="Columns">Names of the columns.</param>
/// <param name="Values">The first rows, as text; null for NULL.</param>
/// <param name="Count">How many there are in all.</param>
/// <param name="Query">The query that gives them, to be run by hand.</param>
public sealed record ReportRows(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string?>> Values, long Count, string Query);

[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UpgradeReport))]
internal sealed partial class UpgradeReportJson : JsonSerializerContext;

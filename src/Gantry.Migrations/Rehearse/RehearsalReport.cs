using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gantry.Migrations.Rehearse;

/// <summary>What a rehearsal found.</summary>
/// <param name="Seed">What chance started from.</param>
/// <param name="Engines">What it ran on: <c>SQLite 3.50.4</c>, <c>PostgreSQL 15.14</c>.</param>
/// <param name="Migrations">Each pending migration, in order; those behind one that cannot run at all are missing.</param>
/// <param name="Notes">What a reader must know beside the findings: what was not rehearsed, and why.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record RehearsalReport(
    ulong Seed, IReadOnlyList<string> Engines, IReadOnlyList<MigrationRehearsal> Migrations, IReadOnlyList<string> Notes, TimeSpan Elapsed)
{
    /// <summary>No error was found; warnings may have been.</summary>
    [JsonInclude]
    public bool Passed => Migrations.All(migration => migration.Findings.All(finding => !finding.IsError));

    /// <summary>For people.</summary>
    public void Write(TextWriter output) => RehearsalText.Write(this, output);

    /// <summary>For programs.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, RehearsalJson.Default.RehearsalReport);
}

/// <summary>The rehearsal of one migration.</summary>
/// <param name="Migration">As its files name it; <c>copy</c> beside it when it ran on a copy of the real database.</param>
/// <param name="OnCopy">It ran on a copy of the real database, not on made-up rows.</param>
/// <param name="Scenarios">How many were run.</param>
/// <param name="Rows">Rows that were put in, all scenarios and engines together; on a copy: the rows that are in it.</param>
/// <param name="RowsTouched">Rows that its statements inserted, updated and deleted, in all runs together; on a copy: on the first way up.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="LongestTransaction">The longest transaction of the migration: nobody else can write meanwhile (SQLite), or change what it locks (PostgreSQL).</param>
/// <param name="WayBack">What is known of the way back: <c>restores schema and rows</c>, <c>declared irreversible</c>, <c>there is none</c>.</param>
/// <param name="Findings">What is wrong.</param>
public sealed record MigrationRehearsal(
    string Migration, bool OnCopy, int Scenarios, long Rows, long RowsTouched, TimeSpan Elapsed, TimeSpan LongestTransaction, string WayBack, IReadOnlyList<RehearsalFinding> Findings);

/// <summary>Something wrong with a migration.</summary>
/// <param name="Rule">What was asked of it.</param>
/// <param name="IsError">An error; else a warning.</param>
/// <param name="Engine">On which engine; null when it takes both to see it.</param>
/// <param name="Message">What happened, and what to do.</param>
/// <param name="Evidence">The rows or the parts of the schema that show it.</param>
/// <param name="File">The script; null when no statement is known to do it.</param>
/// <param name="Line">Where the statement begins, from 1.</param>
/// <param name="Column">Where the statement begins, from 1.</param>
/// <param name="Statement">The statement that does it.</param>
/// <param name="EngineCode">The engine's error code: SQLSTATE, or SQLite's extended one; null when it did not complain.</param>
/// <param name="Scenario">Number and name of the first scenario that showed it; null on a copy.</param>
/// <param name="Sql">The smallest rows that show it and the statement, to be run at the revision before the migration; null on a copy.</param>
public sealed record RehearsalFinding(
    RehearsalRule Rule, bool IsError, Dialect? Engine, string Message, IReadOnlyList<string> Evidence,
    string? File, int? Line, int? Column, string? Statement, string? EngineCode, string? Scenario, string? Sql);

/// <summary>The report's JSON, made without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RehearsalReport))]
internal sealed partial class RehearsalJson : JsonSerializerContext;

using Gantry.Migrations.Files;
using Gantry.Migrations.Rehearse.Compare;
using Gantry.Migrations.Rehearse.Scenarios;
using Gantry.Migrations.Schemas;

namespace Gantry.Migrations.Rehearse.Scratch;

/// <summary>A database that nobody misses: it stands at a revision without rows, is filled, migrated, looked at and set back, again and again.</summary>
internal interface IScratch : IAsyncDisposable
{
    Dialect Dialect { get; }

    /// <summary>PostgreSQL's enums and domains as they are now.</summary>
    Task<PostgresTypes> TypesAsync(CancellationToken cancellationToken);

    /// <summary>Whether triggers are there, which touch tables that no script names.</summary>
    Task<bool> HasTriggersAsync(CancellationToken cancellationToken);

    Task<DatabaseSchema> SchemaAsync(CancellationToken cancellationToken);

    /// <summary>Views, triggers and functions.</summary>
    Task<SchemaObjects> ObjectsAsync(CancellationToken cancellationToken);

    /// <summary>Makes a schema; to be called first, on an empty database.</summary>
    /// <exception cref="RehearsalException">The engine does not take it.</exception>
    Task StartFromAsync(string ddl, CancellationToken cancellationToken);

    /// <summary>Throws away what was done since the last <see cref="AdvanceAsync"/>.</summary>
    Task ResetAsync(CancellationToken cancellationToken);

    /// <summary>Puts rows in.</summary>
    /// <param name="load">What to put in.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The rows that the engine did not take, with its words; the others are in.</returns>
    Task<IReadOnlyList<RefusedRow>> LoadAsync(RowLoad load, CancellationToken cancellationToken);

    /// <summary>Whether the engine takes this row beside what is there. The row stays only if <paramref name="keep"/> says so.</summary>
    Task<string?> TryAsync(RowLoad one, bool keep, CancellationToken cancellationToken);

    /// <summary>The whole numbers that a query returns; null when the engine does not take it.</summary>
    Task<IReadOnlyList<int>?> AskAsync(string query, CancellationToken cancellationToken);

    /// <summary>Runs a script on what is there. After a failure only <see cref="ResetAsync"/> is allowed.</summary>
    Task<ScriptOutcome> RunAsync(ScriptRun run, CancellationToken cancellationToken);

    /// <summary>PostgreSQL: gives the enums the labels that a script adds, for good, as the commits of a chain would in its course.</summary>
    /// <returns>Whether the script adds any.</returns>
    Task<bool> CommitLabelsAsync(MigrationScript script, CancellationToken cancellationToken);

    /// <summary>Runs a script on the state without rows and makes the result the new one that <see cref="ResetAsync"/> goes back to.</summary>
    Task<ScriptOutcome> AdvanceAsync(ScriptRun run, CancellationToken cancellationToken);

    /// <summary>The rows of these tables.</summary>
    Task<Contents> ReadAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken);

    /// <summary>Rows without their parent, in words; PostgreSQL has none, it refuses them.</summary>
    Task<IReadOnlyList<string>> OrphansAsync(CancellationToken cancellationToken);
}

/// <summary>Rows to be put into a database.</summary>
/// <param name="Model">What they are rows of.</param>
/// <param name="Rows">Parents first.</param>
/// <param name="Assumptions">Conditions that every row must meet as if they were constraints.</param>
internal sealed record RowLoad(ScenarioModel Model, IReadOnlyList<Row> Rows, IReadOnlyList<Assumption> Assumptions);

/// <summary>A row that an engine did not take.</summary>
internal sealed record RefusedRow(Row Row, string Why);

/// <summary>One run of a script.</summary>
/// <param name="Script">The script.</param>
internal sealed record ScriptRun(MigrationScript Script)
{
    /// <summary>SQLite: rows that no ORDER BY orders come the other way round (<c>reverse_unordered_selects</c>), as they well may.</summary>
    public bool Reversed { get; init; }

    /// <summary>Only so many statements of it.</summary>
    public int Statements { get; init; } = int.MaxValue;
}

/// <summary>How a script ended.</summary>
/// <param name="Failure">Why it failed; null when it did not.</param>
/// <param name="RowsTouched">Rows that its statements inserted, updated and deleted.</param>
/// <param name="LongestTransaction">How long its longest transaction took.</param>
internal sealed record ScriptOutcome(ScriptFailure? Failure, long RowsTouched, TimeSpan LongestTransaction);

/// <summary>A statement that did not do what it should.</summary>
/// <param name="Verify">It is a verify step's query that returned rows; else the engine refused it.</param>
/// <param name="Number">Which statement of the script, from 1.</param>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Column">Where it begins, from 1.</param>
/// <param name="Text">The statement.</param>
/// <param name="Code">The engine's code: SQLSTATE, or SQLite's extended one.</param>
/// <param name="Message">The engine's words.</param>
internal sealed record ScriptFailure(bool Verify, int Number, int Line, int Column, string Text, string Code, string Message);

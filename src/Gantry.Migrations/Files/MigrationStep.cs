using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Files;

/// <summary>A stretch of a script that is run as one: what follows a <c>-- step:</c> directive, up to the next one.</summary>
/// <param name="Number">From 1, in the script.</param>
/// <param name="Kind">How it is run.</param>
/// <param name="Span">Its statements in the script's text, without the directive. Offsets in it are offsets in the file.</param>
public sealed record MigrationStep(int Number, StepKind Kind, SourceSpan Span)
{
    /// <summary>Which rows are gone through in batches; null unless <see cref="Kind"/> is <see cref="StepKind.Backfill"/>.</summary>
    public BackfillRange? Backfill { get; init; }
}

/// <summary>How a step is run.</summary>
public enum StepKind
{
    /// <summary>Without a directive: whatever it holds, in the migration's transaction.</summary>
    Plain,
    /// <summary><c>-- step: expand</c>: adds to the schema; old replicas can live with it.</summary>
    Expand,
    /// <summary><c>-- step: concurrent</c>: outside a transaction, idempotent (PostgreSQL's <c>CREATE INDEX CONCURRENTLY</c>).</summary>
    Concurrent,
    /// <summary><c>-- step: backfill table=… key=… batch=…</c>: one statement, in ranges of a key, each range one transaction.</summary>
    Backfill,
    /// <summary><c>-- step: verify none</c>: queries that must return no row.</summary>
    Verify,
    /// <summary><c>-- step: contract</c>: takes away from the schema; needs <c>-- requires:</c>.</summary>
    Contract,
}

/// <summary>What a backfill goes through.</summary>
/// <param name="Table">The table whose rows are changed.</param>
/// <param name="Key">A column of it that is unique and not null; its order is the order of the batches.</param>
/// <param name="BatchSize">Rows in a batch, at least 1; the engine may take fewer to keep locks short.</param>
public sealed record BackfillRange(string Table, string Key, int BatchSize);

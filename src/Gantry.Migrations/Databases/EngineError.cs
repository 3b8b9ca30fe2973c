namespace Gantry.Migrations.Databases;

/// <summary>An engine's error, sorted by what can be done about it.</summary>
/// <param name="Kind">What can be done about it.</param>
/// <param name="Code">SQLite's extended code, or PostgreSQL's SQLSTATE; empty when there is none.</param>
/// <param name="Message">The engine's own words.</param>
internal sealed record EngineError(EngineErrorKind Kind, string Code, string Message)
{
    /// <summary>What the whole upgrade fails with if nothing can be done about it.</summary>
    public MigrationFailure Failure { get; init; } = MigrationFailure.StatementFailed;

    /// <summary>PostgreSQL's detail (the row in question), where it gives one.</summary>
    public string? Detail { get; init; }

    /// <summary>The table in question, where the engine names it.</summary>
    public string? Table { get; init; }

    /// <summary>The columns in question, where the engine names them.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The constraint in question, where the engine names it.</summary>
    public string? Constraint { get; init; }

    /// <summary>What is wrong, where the engine's words alone do not tell it apart.</summary>
    public ErrorSubject Subject { get; init; }
}

/// <summary>What can be done about an error.</summary>
internal enum EngineErrorKind
{
    /// <summary>The same statement on the same rows fails again: never retried, undone.</summary>
    Deterministic,
    /// <summary>Somebody else was in the way: the transaction is tried again.</summary>
    Transient,
    /// <summary>The connection is gone: connect, take the lock and look again at how far it came.</summary>
    ConnectionLost,
    /// <summary>The surroundings must change first (room, rights, password): neither retried nor undone.</summary>
    Surroundings,
}

/// <summary>What an error is about, as far as a report can say more about it.</summary>
internal enum ErrorSubject
{
    /// <summary>Nothing special.</summary>
    Other,
    /// <summary>A subquery gave more than one row where one value is needed.</summary>
    TooManyRows,
    /// <summary>Two rows agree where no two may.</summary>
    Unique,
    /// <summary>A row points to one that does not exist.</summary>
    ForeignKey,
    /// <summary>A NULL where none may be.</summary>
    NotNull,
    /// <summary>A check constraint does not hold.</summary>
    Check,
    /// <summary>The table, column, index… that the statement names does not exist.</summary>
    Missing,
    /// <summary>The statement cannot run inside a transaction.</summary>
    OutsideTransactionOnly,
}

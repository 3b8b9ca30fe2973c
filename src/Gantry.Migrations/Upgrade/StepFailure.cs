using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Upgrade;

/// <summary>A step of a migration cannot be done, and trying again would not help.</summary>
internal sealed record StepFailure(Migration Migration, MigrationFailure Failure, string Why)
{
    /// <summary>The step; null when it is about the migration as a whole.</summary>
    public MigrationStep? Step { get; init; }

    /// <summary>The statement; null when none was refused.</summary>
    public StatementText? Statement { get; init; }

    /// <summary>What the engine says; null when it was not asked.</summary>
    public EngineError? Error { get; init; }

    /// <summary>Rows that show it.</summary>
    public ReportRows? Rows { get; init; }

    /// <summary>What to do about it, where that is special.</summary>
    public string? Next { get; init; }

    /// <summary>Whether what the migration has committed is to be undone. Not for want of room, rights or a lock: then it can go on later.</summary>
    public bool Undo => Error is null or { Kind: EngineErrorKind.Deterministic };
}

/// <summary>Carries a <see cref="StepFailure"/> out of a transaction.</summary>
internal sealed class StepFailedException(StepFailure failure, Exception? inner = null) : Exception(failure.Why, inner)
{
    public StepFailure Failure { get; } = failure;
}

/// <summary>Something transient did not pass in time.</summary>
internal sealed class GaveUpException(EngineError error, IReadOnlyList<string> blockers, TimeSpan after, int attempts, Exception inner) : Exception(error.Message, inner)
{
    public EngineError Error { get; } = error;

    public IReadOnlyList<string> Blockers { get; } = blockers;

    public TimeSpan After { get; } = after;

    public int Attempts { get; } = attempts;
}

/// <summary>The connection was lost and made again: look anew at how far it came, since the last commit may or may not have arrived.</summary>
internal sealed class StartOverException : Exception;

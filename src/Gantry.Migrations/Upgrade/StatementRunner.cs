using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Upgrade;

/// <summary>Runs an author's statements within a transaction that the caller began.</summary>
internal sealed class StatementRunner(Migration migration, MigrationScript script, Dialect dialect, IUpgradeProgress? progress, TimeProvider time)
{
    private static readonly string[] TransactionWords =
        ["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE", "START", "ABORT"];

    private readonly SqliteColumnDrops _drops = new();

    /// <summary>The statements of a step.</summary>
    /// <exception cref="StepFailedException">One begins or ends a transaction, or is for a client program.</exception>
    public IReadOnlyList<StatementText> Statements(MigrationStep step)
    {
        var statements = StatementSplitter.Split(script.Source, step.Span, dialect);
        foreach (var statement in statements)
            if (Refused(statement) is var (failure, why, next))
                throw new StepFailedException(new StepFailure(migration, failure, why) { Step = step, Statement = statement, Next = next });
        return statements;
    }

    /// <summary>Runs all statements of a step; those of a verify step must return no row.</summary>
    public async Task RunAsync(EngineSession session, MigrationStep step, CancellationToken cancellationToken)
    {
        var statements = Statements(step);
        for (var at = 0; at < statements.Count; at++)
            if (step.Kind == StepKind.Verify)
                await VerifyAsync(session, step, statements[at], cancellationToken);
            else if (await TryRunTogetherAsync(session, statements, at, cancellationToken) is > 0 and var together)
                at += together - 1;
            else
                await RunAsync(session, step, statements[at], cancellationToken);
    }

    private async Task<int> TryRunTogetherAsync(EngineSession session, IReadOnlyList<StatementText> statements, int at, CancellationToken cancellationToken)
    {
        if (session is not SqliteSession sqlite)
            return 0;
        var since = time.GetTimestamp();
        var (count, rows) = await _drops.TryRunAsync(sqlite, statements, at, cancellationToken);
        for (var i = at; i < at + count; i++)
            progress?.Report(new UpgradeEvent.StatementDone(migration, statements[i].Text, rows, time.GetElapsedTime(since) / count));
        return count;
    }

    /// <summary>Runs one statement, in the forms that this engine takes.</summary>
    public async Task RunAsync(EngineSession session, MigrationStep step, StatementText statement, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        var rows = 0L;
        // PostgreSQL answers nothing more in a transaction that has failed: only from a savepoint can the rows be shown that made it fail.
        var savepoint = session.Dialect == Dialect.Postgres;
        if (savepoint)
            await session.ExecuteAsync("SAVEPOINT gantry_statement", cancellationToken);
        try
        {
            rows = session.Dialect == Dialect.Sqlite && await SqliteRebuild.TryRunAsync(session, statement, cancellationToken) is { } copied
                ? copied : await session.RunAsync(Form(statement), cancellationToken);
        }
        catch (Exception error) when (session.Describe(error) is { } found)
        {
            ReportRows? shown = null;
            var described = SqliteRebuild.InPeoplesWords(found);
            if (described.Kind == EngineErrorKind.Deterministic)
            {
                if (savepoint)
                    await session.ExecuteAsync("ROLLBACK TO SAVEPOINT gantry_statement", cancellationToken);
                shown = await Diagnosis.RowsAsync(session, statement, described, cancellationToken);
            }
            throw Failed(step, statement, described, shown, error);
        }
        if (savepoint)
            await session.ExecuteAsync("RELEASE SAVEPOINT gantry_statement", cancellationToken);
        progress?.Report(new UpgradeEvent.StatementDone(migration, statement.Text, rows, time.GetElapsedTime(since)));
    }

    /// <summary>Runs one statement of an undo: one that names something which does not exist is passed over.</summary>
    public async Task TryRunAsync(EngineSession session, MigrationStep step, StatementText statement, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync("SAVEPOINT gantry_undo", cancellationToken);
        try
        {
            await RunAsync(session, step, statement, cancellationToken);
        }
        catch (StepFailedException failed) when (failed.Failure.Error is { Subject: ErrorSubject.Missing })
        {
            await session.ExecuteAsync("ROLLBACK TO SAVEPOINT gantry_undo", cancellationToken);
        }
        await session.ExecuteAsync("RELEASE SAVEPOINT gantry_undo", cancellationToken);
    }

    /// <summary>The failure of a statement, with what can be said of it.</summary>
    public StepFailedException Failed(MigrationStep step, StatementText statement, EngineError error, ReportRows? rows, Exception inner) =>
        new(new StepFailure(migration, error.Failure, Explanation.Of(error, dialect)) { Step = step, Statement = statement, Error = error, Rows = rows }, inner);

    private async Task VerifyAsync(EngineSession session, MigrationStep step, StatementText statement, CancellationToken cancellationToken)
    {
        QueryResult result;
        try
        {
            result = await session.QueryAsync(statement.Text, Diagnosis.RowsShown, cancellationToken);
        }
        catch (Exception error) when (session.Describe(error) is { } described)
        {
            throw Failed(step, statement, described, null, error);
        }
        if (result.Count > 0)
            throw new StepFailedException(new StepFailure(migration, MigrationFailure.VerifyFailed,
                $"this query must return no row, and returned {result.Count}.")
            {
                Step = step,
                Statement = statement,
                Rows = Diagnosis.Shown("that must not be there", result, statement.Text),
                Next = "Correct the rows, or the step before that was to see to them; then start again.",
            });
    }

    /// <summary>The statement as this engine takes it: SQLite does not know CONCURRENTLY, and has nothing that it would be of use for.</summary>
    private string Form(StatementText statement)
    {
        if (dialect != Dialect.Sqlite || statement.Verb is not ("CREATE" or "DROP"))
            return statement.Text;
        var word = statement.Tokens.Take(4).FirstOrDefault(token => token.Is("CONCURRENTLY"));
        return word.Kind == TokenKind.End ? statement.Text : statement.Text.Remove(word.Span.Start - statement.Span.Start, word.Span.Length);
    }

    private static (MigrationFailure, string, string)? Refused(StatementText statement) =>
        statement.IsMetaCommand
            ? (MigrationFailure.InvalidFolder, "this is a command of a client program (psql, sqlite3), not SQL.", "Take it out: it is never given to the engine.")
        : statement.CopyData is not null
            ? (MigrationFailure.InvalidFolder, "rows that follow COPY … FROM stdin cannot be given to the engine.", "Write INSERT statements instead.")
        : TransactionWords.Contains(statement.Verb) || statement.StartsWith("PREPARE", "TRANSACTION")
            ? (MigrationFailure.TransactionInScript, "it begins or ends a transaction.", "Take it out: a migration is one transaction already, and a step of a longer one is, too.")
        : null;
}

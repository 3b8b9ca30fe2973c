using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Upgrade;

/// <summary>
/// Runs a step's statements outside a transaction, so that each may be run again after a crash: an index that is there and valid is taken as made, one that
/// PostgreSQL left INVALID is dropped first. On SQLite, which knows nothing of the kind, the step is a transaction like any other.
/// </summary>
internal sealed class ConcurrentStep(LockedDatabase database, Migration migration, MigrationStep step, StatementRunner runner, UpgradeOptions options)
{
    /// <summary>Runs the step.</summary>
    /// <param name="next">What to store when it is done.</param>
    /// <param name="cancellationToken">Stops between two statements.</param>
    public async Task RunAsync(InterruptedMigration next, CancellationToken cancellationToken)
    {
        var statements = runner.Statements(step);
        if (statements.FirstOrDefault(statement => statement.Verb is "INSERT" or "UPDATE" or "DELETE" or "MERGE") is { } change)
            throw Refused(change, "a concurrent step may be run twice after a crash, and this statement changes rows.", "Put it in a step of its own: -- step: backfill table=T key=K");
        if (database.Session.Dialect == Dialect.Postgres)
            foreach (var statement in statements)
                await RunAsync(statement, cancellationToken);
        await database.TransactAsync(TransactionKind.Whole, async session =>
        {
            if (session.Dialect == Dialect.Sqlite)
                foreach (var statement in statements)
                    await runner.RunAsync(session, step, statement, cancellationToken);
            return await MigrationTables.StoreAsync(session, next, cancellationToken);
        }, cancellationToken);
    }

    private async Task RunAsync(StatementText statement, CancellationToken cancellationToken)
    {
        var index = ConcurrentIndex.Of(statement);
        if (index is { Name: null })
            throw Refused(statement, "the index has no name, by which it could be found again after a crash.", "Give it a name.");
        // Nobody may have taken over since the last transaction.
        await database.TransactAsync(TransactionKind.Whole, _ => Task.FromResult(true), cancellationToken);
        try
        {
            await database.PersistAsync(() => RunOnceAsync(statement, index, cancellationToken), cancellationToken);
        }
        catch (Exception error) when (database.Session.Describe(error) is { } described)
        {
            var shown = described.Kind == EngineErrorKind.Deterministic ? await Diagnosis.RowsAsync(database.Session, statement, described, cancellationToken) : null;
            if (index is { IsDrop: false } && await IsValidAsync(index, cancellationToken) == false)
                await DropAsync(index, cancellationToken);
            throw runner.Failed(step, statement, described, shown, error);
        }
    }

    private async Task<bool> RunOnceAsync(StatementText statement, ConcurrentIndex? index, CancellationToken cancellationToken)
    {
        var session = database.Session;
        // It holds no lock that anybody would queue behind while it waits for older transactions to end.
        await session.SetLockTimeoutAsync(options.RetryFor, cancellationToken);
        try
        {
            var valid = index is null ? null : await IsValidAsync(index, cancellationToken);
            if (index is { IsDrop: false } && valid == true || index is { IsDrop: true } && valid is null)
                return true;
            if (index is { IsDrop: false } && valid == false)
                await DropAsync(index, cancellationToken);
            await session.RunAsync(statement.Text, cancellationToken);
            return true;
        }
        finally
        {
            await session.SetLockTimeoutAsync(options.LockTimeout, cancellationToken);
        }
    }

    /// <summary>Null when there is no such index.</summary>
    private async Task<bool?> IsValidAsync(ConcurrentIndex index, CancellationToken cancellationToken) =>
        (bool?)await database.Session.ScalarAsync(index.Table is { } table
            ? $"SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = @name AND i.indrelid = to_regclass(@table)"
            : "SELECT i.indisvalid FROM pg_index i WHERE i.indexrelid = to_regclass(@name)",
            cancellationToken, index.Table is not null ? [("@name", index.Name), ("@table", index.Table)] : [("@name", index.Name)]);

    private async Task DropAsync(ConcurrentIndex index, CancellationToken cancellationToken)
    {
        var name = (string?)await database.Session.ScalarAsync(
            "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = @name AND i.indrelid = to_regclass(@table)",
            cancellationToken, ("@name", index.Name), ("@table", index.Table));
        await database.Session.ExecuteAsync($"DROP INDEX CONCURRENTLY IF EXISTS {name}", cancellationToken);
    }

    private StepFailedException Refused(StatementText statement, string why, string next) =>
        new(new StepFailure(migration, MigrationFailure.InvalidFolder, why) { Step = step, Statement = statement, Next = next });
}

/// <summary>The index that a statement makes or drops.</summary>
/// <param name="Name">Without quotes when it is made, as written when it is dropped; null when it has none.</param>
/// <param name="Table">As written; null when it is dropped.</param>
/// <param name="IsDrop">Whether it is dropped.</param>
internal sealed record ConcurrentIndex(string? Name, string? Table, bool IsDrop)
{
    /// <summary>Null when the statement is about no index.</summary>
    public static ConcurrentIndex? Of(StatementText statement)
    {
        var tokens = statement.Tokens.ToList();
        var at = tokens.FindIndex(token => token.Is("INDEX")) + 1;
        if (at is 0 or > 3 || statement.Verb is not ("CREATE" or "DROP"))
            return null;
        if (tokens[at].Is("CONCURRENTLY"))
            at++;
        if (tokens[at].Is("IF"))
            at += tokens[at + 1].Is("NOT") ? 3 : 2;
        if (statement.Verb == "DROP")
            return new ConcurrentIndex(Rest(statement, tokens, at), null, IsDrop: true);

        string? name = null;
        if (!tokens[at].Is("ON"))
            name = tokens[at].Kind == TokenKind.QuotedName ? tokens[at++].Value : tokens[at++].Value.ToLowerInvariant();
        at += tokens[at + 1].Is("ONLY") ? 2 : 1;
        return new ConcurrentIndex(name, Rest(statement, tokens, at), IsDrop: false);
    }

    // A name with its schema, as it is written.
    private static string Rest(StatementText statement, List<Token> tokens, int at)
    {
        var first = at;
        while (tokens[at + 1].IsMark("."))
            at += 2;
        return statement.Source.Text[tokens[first].Span.Start..tokens[at].Span.End];
    }
}

using System.Security.Cryptography;
using System.Text;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;

namespace Gantry.Migrations.Upgrade;

/// <summary>
/// Makes a contract's SET NOT NULL quick on PostgreSQL. By itself it reads the whole table while nobody may use it. With a CHECK that was added NOT VALID and
/// validated before, which others can work beside, it needs not look at the rows at all.
/// </summary>
internal sealed class NotNullProof(LockedDatabase database, StatementRunner runner)
{
    /// <summary>Prepares the contract steps among these; to be called outside a transaction, before them.</summary>
    public async Task PrepareAsync(IEnumerable<MigrationStep> steps, CancellationToken cancellationToken)
    {
        if (database.Session.Dialect != Dialect.Postgres)
            return;
        foreach (var (table, column) in Of(steps))
            await PrepareAsync(table, column, cancellationToken);
    }

    /// <summary>Takes the checks away again, in the steps' own transaction.</summary>
    public async Task EndAsync(EngineSession session, IEnumerable<MigrationStep> steps, CancellationToken cancellationToken)
    {
        if (session.Dialect != Dialect.Postgres)
            return;
        foreach (var (table, column) in Of(steps))
            await DropAsync(session, table, column, cancellationToken);
    }

    /// <summary>Takes the checks away again after the steps failed.</summary>
    public Task ForgetAsync(IEnumerable<MigrationStep> steps, CancellationToken cancellationToken) =>
        database.Session.Dialect != Dialect.Postgres ? Task.CompletedTask : database.TransactAsync(TransactionKind.Whole, async session =>
        {
            await EndAsync(session, steps, cancellationToken);
            return true;
        }, cancellationToken);

    private IEnumerable<(string Table, string Column)> Of(IEnumerable<MigrationStep> steps)
    {
        foreach (var statement in steps.Where(step => step.Kind == StepKind.Contract).SelectMany(runner.Statements))
            if (TableChange.Read(statement, out var table) is { } changes)
                foreach (var change in changes.OfType<TableChange.NotNull>().Where(change => change.Set))
                    yield return (table, change.Column);
    }

    private async Task PrepareAsync(string table, string column, CancellationToken cancellationToken)
    {
        var state = (string?)await database.PersistAsync(() => database.Session.ScalarAsync("""
            SELECT CASE WHEN a.attnotnull THEN 'done' WHEN k.oid IS NULL THEN 'none' WHEN k.convalidated THEN 'done' ELSE 'added' END
            FROM pg_attribute a LEFT JOIN pg_constraint k ON k.conrelid = a.attrelid AND k.conname = @name
            WHERE a.attrelid = to_regclass(@table) AND (a.attname = @column OR a.attname = lower(@column)) AND a.attnum > 0 AND NOT a.attisdropped
            """, cancellationToken, ("@name", Name(table, column)), ("@table", table), ("@column", column)), cancellationToken);
        // A column that is not there yet is the doing of an earlier step: then the statement has to look for itself.
        if (state is null or "done")
            return;
        if (state == "none")
            await database.TransactAsync(TransactionKind.Whole, session => session.ExecuteAsync(
                $"ALTER TABLE {table} ADD CONSTRAINT {Name(table, column)} CHECK ({Written(column)} IS NOT NULL) NOT VALID", cancellationToken), cancellationToken);
        try
        {
            await database.TransactAsync(TransactionKind.Whole, session => session.ExecuteAsync(
                $"ALTER TABLE {table} VALIDATE CONSTRAINT {Name(table, column)}", cancellationToken), cancellationToken);
        }
        catch (Exception error) when (database.Session.Describe(error) is { Subject: ErrorSubject.Check })
        {
            // An earlier step of the same transaction may still fill what is NULL; if none does, the statement itself says so.
            await database.TransactAsync(TransactionKind.Whole, async session =>
            {
                await DropAsync(session, table, column, cancellationToken);
                return true;
            }, cancellationToken);
        }
    }

    private static async Task DropAsync(EngineSession session, string table, string column, CancellationToken cancellationToken)
    {
        if (await session.ScalarAsync("SELECT 1 FROM pg_constraint WHERE conname = @name", cancellationToken, ("@name", Name(table, column))) is not null)
            await session.ExecuteAsync($"ALTER TABLE IF EXISTS {table} DROP CONSTRAINT IF EXISTS {Name(table, column)}", cancellationToken);
    }

    private static string Written(string column) => column.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') ? column : Diagnosis.Quoted(column);

    private static string Name(string table, string column) =>
        "gantry_not_null_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{table} {column}")))[..16];
}

using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;

namespace Gantry.Migrations.Upgrade;

/// <summary>Runs steps in one transaction, together with the row that remembers them.</summary>
internal sealed class StepTransaction(LockedDatabase database, Migration migration, StatementRunner runner, IUpgradeProgress? progress)
{
    /// <summary>Runs them.</summary>
    /// <param name="steps">Neither backfills nor concurrent ones.</param>
    /// <param name="of">How many steps the script has.</param>
    /// <param name="record">Remembers them, in the same transaction.</param>
    /// <param name="cancellationToken">Stops between two statements.</param>
    public async Task RunAsync(IReadOnlyList<MigrationStep> steps, int of, Func<EngineSession, Task> record, CancellationToken cancellationToken)
    {
        var statements = steps.SelectMany(runner.Statements).ToList();
        var proof = new NotNullProof(database, runner);
        await proof.PrepareAsync(steps, cancellationToken);
        try
        {
            await database.TransactAsync(TransactionKind.Whole, async session =>
            {
                var guard = ForeignKeyGuard.Start(session, statements);
                foreach (var step in steps)
                {
                    progress?.Report(new UpgradeEvent.StepStarted(migration, step, of));
                    await runner.RunAsync(session, step, cancellationToken);
                }
                await guard.RefuseAsync(migration, cancellationToken);
                await proof.EndAsync(session, steps, cancellationToken);
                await record(session);
                return true;
            }, cancellationToken);
        }
        catch (StepFailedException)
        {
            await proof.ForgetAsync(steps, cancellationToken);
            throw;
        }
    }
}

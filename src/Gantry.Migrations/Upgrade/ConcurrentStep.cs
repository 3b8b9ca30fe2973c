using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;

namespace Gantry.Migrations.Upgrade;

/// <summary>Runs a step's statements outside a transaction.</summary>
internal sealed class ConcurrentStep(LockedDatabase database, MigrationStep step, StatementRunner runner, UpgradeOptions options)
{
    public Task<bool> RunAsync(InterruptedMigration next, CancellationToken cancellationToken)
    {
        _ = options;
        return database.TransactAsync(TransactionKind.Whole, async session =>
        {
            await runner.RunAsync(session, step, cancellationToken);
            await MigrationTables.StoreAsync(session, next, cancellationToken);
            return true;
        }, cancellationToken);
    }
}

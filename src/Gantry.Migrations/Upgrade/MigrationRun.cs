using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;

namespace Gantry.Migrations.Upgrade;

/// <summary>Applies one migration, or takes it back.</summary>
internal sealed class MigrationRun(LockedDatabase database, Migration migration, Dialect dialect, UpgradeOptions options, IUpgradeProgress? progress, TimeProvider time)
{
    /// <summary>Applies it, from the start or from where it was interrupted.</summary>
    /// <exception cref="StepFailedException">It cannot be applied.</exception>
    /// <exception cref="GaveUpException">Others were in the way for too long.</exception>
    /// <exception cref="StartOverException">The connection was lost and made again.</exception>
    public Task UpAsync(InterruptedMigration? from, CancellationToken cancellationToken)
    {
        var script = migration.Up[dialect];
        return script.IsOneTransaction && from is null
            ? InOneAsync(script, session => MigrationTables.AddAsync(session, migration, time.GetUtcNow(), cancellationToken), cancellationToken)
            : new MigrationChain(database, migration, script, Runner(script), options, progress, time).RunAsync(from, cancellationToken);
    }

    /// <summary>Takes it back, after it was applied as a whole.</summary>
    /// <exception cref="StepFailedException">It cannot be taken back.</exception>
    public Task DownAsync(CancellationToken cancellationToken) =>
        InOneAsync(migration.Down[dialect], session => MigrationTables.RemoveAsync(session, migration, cancellationToken), cancellationToken);

    /// <summary>
    /// Takes back what was committed of it. Its <c>down.sql</c> is written for a migration that was applied as a whole: what names something that is not there
    /// yet is passed over, and in the end the schema must be what it was before.
    /// </summary>
    /// <exception cref="StepFailedException">It cannot be taken back.</exception>
    public Task UndoAsync(InterruptedMigration from, CancellationToken cancellationToken)
    {
        progress?.Report(new UpgradeEvent.Undoing(migration));
        var script = migration.Down[dialect];
        var runner = Runner(script);
        var statements = script.Steps.SelectMany(runner.Statements).ToList();
        return database.TransactAsync(TransactionKind.Whole, async session =>
        {
            var guard = ForeignKeyGuard.Start(session, statements);
            foreach (var step in script.Steps)
                foreach (var statement in runner.Statements(step))
                    await runner.TryRunAsync(session, step, statement, cancellationToken);
            await guard.RefuseAsync(migration, cancellationToken);
            if (await session.SchemaTextAsync(cancellationToken) != from.Schema)
                throw new StepFailedException(new StepFailure(migration, MigrationFailure.StatementFailed,
                    $"after {script.Source.Name} the schema was not what it was before {migration}."));
            await MigrationTables.ClearAsync(session, cancellationToken);
            return true;
        }, cancellationToken);
    }

    /// <summary>Forgets that it was begun: nothing of it was committed.</summary>
    public Task ForgetAsync(CancellationToken cancellationToken) =>
        database.TransactAsync(TransactionKind.Whole, session => MigrationTables.ClearAsync(session, cancellationToken), cancellationToken);

    private Task InOneAsync(MigrationScript script, Func<EngineSession, Task> record, CancellationToken cancellationToken) =>
        new StepTransaction(database, migration, Runner(script), progress).RunAsync(script.Steps, script.Steps.Count, record, cancellationToken);

    private StatementRunner Runner(MigrationScript script) => new(migration, script, dialect, progress, time);
}

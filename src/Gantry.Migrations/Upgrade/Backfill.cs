using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Upgrade;

/// <summary>
/// Runs a backfill's one statement in ranges of its key. Each range is a transaction that also commits the watermark, so that every row is gone through exactly
/// once, whatever happens in between. Where a range ends is asked outside the transaction: that needs no lock.
/// </summary>
internal sealed class Backfill(
    LockedDatabase database, Migration migration, MigrationStep step, StatementRunner runner, UpgradeOptions options, IUpgradeProgress? progress, TimeProvider time)
{
    private readonly BatchSize _size = new(step.Backfill!.BatchSize, options.LongestLock);

    /// <summary>Goes through what is left of the table.</summary>
    /// <param name="at">How far it has come.</param>
    /// <param name="next">What to store when it is done.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public async Task RunAsync(InterruptedMigration at, InterruptedMigration next, CancellationToken cancellationToken)
    {
        var (statement, ranged) = Read();
        var key = await KeyAsync(statement, ranged, cancellationToken);
        if (at.Watermark is null)
            at = await BeginAsync(at, key, cancellationToken);

        var (since, before) = (time.GetTimestamp(), at.Done);
        while (await RangeAsync(key, at, cancellationToken) is var (high, rows))
        {
            var held = await BatchAsync(statement, ranged, key, at, high, rows, cancellationToken);
            _size.Learn(rows, held);
            at = at with { Watermark = high, Done = at.Done + rows };
            Tell(at, time.GetElapsedTime(since), at.Done - before, held);
        }
        await database.TransactAsync(TransactionKind.Whole, session => MigrationTables.StoreAsync(session, next, cancellationToken), cancellationToken);
    }

    private (StatementText, RangedStatement) Read()
    {
        var statements = runner.Statements(step);
        if (statements.Count != 1)
            throw Refused(statements.Count > 1 ? statements[1] : null, "a backfill step takes one statement. Give each its own step.");
        return RangedStatement.Of(statements[0], step.Backfill!.Table, out var why) is { } ranged
            ? (statements[0], ranged) : throw Refused(statements[0], "it cannot be run in batches: " + why);
    }

    private async Task<BackfillKey> KeyAsync(StatementText statement, RangedStatement ranged, CancellationToken cancellationToken)
    {
        var (key, why) = await database.PersistAsync(
            () => BackfillKey.FindAsync(database.Session, ranged.Table, step.Backfill!.Key, cancellationToken), cancellationToken);
        return key ?? throw Refused(statement, "it cannot be run in batches: " + why);
    }

    private async Task<InterruptedMigration> BeginAsync(InterruptedMigration at, BackfillKey key, CancellationToken cancellationToken)
    {
        var begun = at with { Total = await database.PersistAsync(() => key.TotalAsync(database.Session, cancellationToken), cancellationToken) };
        await database.TransactAsync(TransactionKind.Whole, session => MigrationTables.StoreAsync(session, begun, cancellationToken), cancellationToken);
        return begun;
    }

    /// <summary>Where the next batch ends and how many rows it has; null when none is left.</summary>
    private Task<(object High, int Rows)?> RangeAsync(BackfillKey key, InterruptedMigration at, CancellationToken cancellationToken) =>
        database.PersistAsync<(object, int)?>(async () =>
        {
            if (await key.EndAsync(database.Session, at.Watermark, _size.Rows, cancellationToken) is { } end)
                return (end, _size.Rows);
            return await key.LastAsync(database.Session, at.Watermark, cancellationToken) is { } last
                ? (last, (int)await key.CountAsync(database.Session, at.Watermark, last, cancellationToken)) : null;
        }, cancellationToken);

    /// <returns>How long the batch held its locks.</returns>
    private async Task<TimeSpan> BatchAsync(
        StatementText statement, RangedStatement ranged, BackfillKey key, InterruptedMigration at, object high, int rows, CancellationToken cancellationToken)
    {
        var text = ranged.For(key.Condition(ranged.Qualifier, at.Watermark is not null, high: true));
        var parameters = BackfillKey.Parameters(at.Watermark, high);
        var since = time.GetTimestamp();
        try
        {
            await database.TransactAsync(TransactionKind.Batch, async session =>
            {
                since = time.GetTimestamp();
                await MigrationTables.MoveAsync(session, high, at.Done + rows, cancellationToken);
                return await session.RunAsync(text, cancellationToken, parameters);
            }, cancellationToken);
        }
        catch (Exception error) when (database.Session.Describe(error) is { } described)
        {
            var shown = described.Kind == EngineErrorKind.Deterministic ? await Diagnosis.RowsAsync(database.Session, statement, described, cancellationToken) : null;
            throw runner.Failed(step, statement, described, shown, error);
        }
        return time.GetElapsedTime(since);
    }

    private void Tell(InterruptedMigration at, TimeSpan elapsed, long rows, TimeSpan held)
    {
        var rate = rows / Math.Max(elapsed.TotalSeconds, 0.001);
        var left = TimeSpan.FromSeconds(Math.Max(0, at.Total - at.Done) / Math.Max(rate, 0.001));
        progress?.Report(new UpgradeEvent.BatchDone(migration, step, at.Done, at.Total, rate, left, held));
    }

    private StepFailedException Refused(StatementText? statement, string why) =>
        new(new StepFailure(migration, MigrationFailure.InvalidFolder, why) { Step = step, Statement = statement });
}

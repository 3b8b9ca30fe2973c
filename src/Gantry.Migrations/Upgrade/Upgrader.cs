using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Upgrade;

/// <summary>
/// Brings a database from one revision to the next. Each migration is one transaction together with the row that remembers it or, when it declares batches, a
/// chain of short transactions that is gone on with after a crash and undone after a failure: a crash at any moment leaves nothing half done for good. Any number
/// of processes may call it at once; one works, the others wait and find nothing to do.
/// </summary>
/// <param name="database">Where it is.</param>
/// <param name="set">The migrations at hand.</param>
/// <param name="options">Waits and limits; null for the usual ones.</param>
/// <param name="progress">Hears how it gets on; null for nobody.</param>
/// <param name="time">The clock.</param>
public sealed class Upgrader(DatabaseAddress database, MigrationSet set, UpgradeOptions? options, IUpgradeProgress? progress, TimeProvider time)
{
    private readonly IReadOnlyList<Migration> _migrations = set.Migrations;
    private readonly UpgradeOptions _options = options ?? new UpgradeOptions();

    /// <summary>Where the database is, and what is to be done. Changes nothing, and waits for nobody.</summary>
    /// <exception cref="MigrationException">The history is edited, broken or newer than the migrations at hand, or the database cannot be read.</exception>
    public async Task<UpgradeStatus> StatusAsync(CancellationToken cancellationToken = default)
    {
        if (database.File is { } file && !File.Exists(file))
            return new UpgradeStatus(0, _migrations);
        return await ReportedAsync(async work =>
        {
            await work.Database.ConnectAsync(cancellationToken);
            await ReadAsync(work, cancellationToken);
            return new UpgradeStatus(work.Revision, [.. _migrations.Skip(work.Revision)])
            {
                Running = Running(work.Record.Interrupted),
                Holder = await work.Database.Session.HolderAsync(cancellationToken),
            };
        }, cancellationToken);
    }

    /// <summary>Applies what is pending. What was committed before a failure or a cancellation stays.</summary>
    /// <param name="to">The revision to reach; null for the last one.</param>
    /// <param name="dryRun">Whether to say only what would be done.</param>
    /// <param name="cancellationToken">Stops, between two statements at the latest.</param>
    /// <exception cref="MigrationException">It could not; message and report say how far it came.</exception>
    public Task<UpgradeResult> UpgradeAsync(int? to = null, bool dryRun = false, CancellationToken cancellationToken = default) =>
        ReportedAsync(async work =>
        {
            if (to is < 0 || to > _migrations.Count)
                throw new RefusedException(new Refusal(MigrationFailure.NoSuchRevision, null, $"There is no revision {to}: the last one is {_migrations.Count}.", "Name one that there is."));
            var target = to ?? _migrations.Count;
            await work.Database.ConnectAsync(cancellationToken);
            await ReadAsync(work, cancellationToken);
            if (to < work.Revision)
                throw new RefusedException(new Refusal(MigrationFailure.NoSuchRevision, null, $"The database is at revision {work.Revision}, beyond {to}.", "Go back one revision at a time: gantry db down"));

            var from = work.Revision;
            if (dryRun)
                return new UpgradeResult(from, Math.Max(from, target), []) { Plan = Plan(from, target) };
            if (UpgradeDecision.Next(work.Record, _migrations, target) is null && work.Record.Epoch is null)
                return new UpgradeResult(from, from, []);

            await work.Database.LockAsync(cancellationToken);
            await ApplyAsync(work, target, cancellationToken);
            return new UpgradeResult(from, work.Revision, work.Applied) { Backup = work.Backup };
        }, cancellationToken);

    /// <summary>Undoes the last migration that was applied, or the one that was begun and has not ended.</summary>
    /// <returns>It; null when there is none.</returns>
    /// <exception cref="MigrationException">There is no way back from it, or that failed; nothing was changed.</exception>
    public Task<Migration?> DownAsync(CancellationToken cancellationToken = default) =>
        ReportedAsync(async work =>
        {
            await work.Database.ConnectAsync(cancellationToken);
            await work.Database.LockAsync(cancellationToken);
            Migration? undone = null;
            while (undone is null)
            {
                try
                {
                    await ReadAsync(work, cancellationToken);
                    if (work.Record.Interrupted is null && work.Revision == 0)
                        break;
                    var last = _migrations[(work.Record.Interrupted?.Revision ?? work.Revision) - 1];
                    await PrepareDownAsync(work, last, cancellationToken);
                    var run = new MigrationRun(work.Database, last, database.Dialect, _options, progress, time);
                    work.Migration = last;
                    await (work.Record.Interrupted is { } begun ? run.UndoAsync(begun, cancellationToken) : run.DownAsync(cancellationToken));
                    undone = last;
                }
                catch (StartOverException)
                {
                }
            }
            await work.Database.UnfenceAsync(forgetHistory: false, cancellationToken);
            return undone;
        }, cancellationToken);

    private async Task ApplyAsync(UpgradeWork work, int target, CancellationToken cancellationToken)
    {
        var prepared = false;
        while (true)
        {
            try
            {
                // Another upgrader may have done the work meanwhile, or the last commit before a lost connection arrived after all.
                await ReadAsync(work, cancellationToken);
                var move = UpgradeDecision.Next(work.Record, _migrations, target);
                if (move is null && work.Record.Epoch is null)
                    break;
                if (move is not null && !prepared)
                    await PrepareAsync(work, [.. _migrations.Take(Math.Max(target, move.Migration.Revision)).Skip(work.Revision)], cancellationToken);
                prepared = true;
                if (database.Dialect == Dialect.Postgres || work.Record.Epoch is not null)
                    await work.Database.FenceAsync(cancellationToken);
                if (move is null)
                    break;
                await ApplyAsync(work, move, target, cancellationToken);
            }
            catch (StartOverException)
            {
            }
        }
        await work.Database.UnfenceAsync(forgetHistory: false, cancellationToken);
        if (work.Applied.Count > 0)
            UpgradeReportFile.Forget(database, _options);
    }

    private async Task ApplyAsync(UpgradeWork work, UpgradeMove move, int target, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        work.Migration = move.Migration;
        progress?.Report(new UpgradeEvent.MigrationStarted(move.Migration, move.Migration.Revision - work.From, Math.Max(target, move.Migration.Revision) - work.From, move.From is not null));
        await new MigrationRun(work.Database, move.Migration, database.Dialect, _options, progress, time).UpAsync(move.From, cancellationToken);
        work.Applied.Add(move.Migration);
        work.Migration = null;
        progress?.Report(new UpgradeEvent.MigrationDone(move.Migration, time.GetElapsedTime(since)));
    }

    private async Task PrepareAsync(UpgradeWork work, IReadOnlyList<Migration> pending, CancellationToken cancellationToken)
    {
        var session = work.Database.Session;
        if ((Preflight.Refuse(pending, database.Dialect) ?? await Preflight.RefuseAsync(session, cancellationToken)) is { } refusal)
            throw new RefusedException(refusal);
        if (_options.Check is { } check && await check(pending, work.Revision, database.Dialect, cancellationToken) is { } why)
            throw new RefusedException(new Refusal(MigrationFailure.CheckRefused, pending[0].FullName, why, $"Correct what it names, then start again: {_options.Command}"));
        await BackUpAsync(work, cancellationToken);
    }

    private async Task PrepareDownAsync(UpgradeWork work, Migration last, CancellationToken cancellationToken)
    {
        if (last.Irreversible || !last.Down.ContainsKey(database.Dialect))
            throw new RefusedException(new Refusal(MigrationFailure.Irreversible, last.FullName,
                last.Irreversible ? $"{last} is declared -- irreversible: going back would lose data." : $"{last} has no down.sql: it cannot be undone.",
                "Restore a backup from before it."));
        if (!last.Down[database.Dialect].IsOneTransaction)
            throw new RefusedException(new Refusal(MigrationFailure.InvalidFolder, last.FullName,
                $"{last.Down[database.Dialect].Source.Name} has a concurrent or a backfill step; the way back is one transaction.", "Write it without."));
        if (await Preflight.RefuseAsync(work.Database.Session, cancellationToken) is { } refusal)
            throw new RefusedException(refusal);
        if (work.Backup is null)
            await BackUpAsync(work, cancellationToken);
        if (database.Dialect == Dialect.Postgres || work.Record.Epoch is not null)
            await work.Database.FenceAsync(cancellationToken);
    }

    private async Task BackUpAsync(UpgradeWork work, CancellationToken cancellationToken)
    {
        // A database in the middle of a migration is nothing to go back to: the copy from before is there.
        if (!_options.Backup || work.Record.Interrupted is not null || work.Database.Session is not SqliteSession session)
            return;
        var since = time.GetTimestamp();
        work.Backup = await work.Database.PersistAsync(
            () => SqliteBackup.MakeAsync(session, work.Revision, _options.KeepBackups, time.GetUtcNow(), cancellationToken), cancellationToken);
        if (work.Backup is { } file)
            progress?.Report(new UpgradeEvent.BackedUp(file, time.GetElapsedTime(since)));
    }

    private async Task ReadAsync(UpgradeWork work, CancellationToken cancellationToken)
    {
        await work.ReadAsync(cancellationToken);
        if (UpgradeDecision.Refuse(work.Record, _migrations) is { } refusal)
            throw new RefusedException(refusal);
    }

    private UpgradePlan Plan(int from, int target) =>
        new(from, Math.Max(from, target), [.. _migrations.Take(target).Skip(from).Where(migration => migration.Up.ContainsKey(database.Dialect)).Select(Plan)]);

    private PlannedMigration Plan(Migration migration)
    {
        var script = migration.Up[database.Dialect];
        return new PlannedMigration(migration, script.IsOneTransaction, [.. script.Steps.Select(step =>
            new PlannedStep(step, [.. StatementSplitter.Split(script.Source, step.Span, database.Dialect).Select(statement => statement.Text)]))]);
    }

    private RunningMigration? Running(InterruptedMigration? begun) =>
        begun is null ? null : new RunningMigration(begun.ToString(), begun.Step,
            _migrations[begun.Revision - 1].Up.TryGetValue(database.Dialect, out var script) ? script.Steps.Count : begun.Step,
            begun.Done, begun.Total, DateTimeOffset.UnixEpoch.AddTicks(begun.StartedAt * TimeSpan.TicksPerMicrosecond));

    private async Task<T> ReportedAsync<T>(Func<UpgradeWork, Task<T>> act, CancellationToken cancellationToken)
    {
        await using var work = new UpgradeWork(database, _options, progress, time);
        try
        {
            return await act(work);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            if (cancellationToken.IsCancellationRequested)
                cancellationToken.ThrowIfCancellationRequested();
            if (await new UpgradeAftermath(work, database, _options, progress, time).OfAsync(error) is { } told)
                throw told;
            throw;
        }
    }
}

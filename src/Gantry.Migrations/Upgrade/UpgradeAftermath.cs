using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;

namespace Gantry.Migrations.Upgrade;

/// <summary>After a failure: undoes what can be undone, sees what stands, and tells.</summary>
internal sealed class UpgradeAftermath(UpgradeWork work, DatabaseAddress database, UpgradeOptions options, IUpgradeProgress? progress, TimeProvider time)
{
    /// <summary>The failure with its report; null when the error is none of the database's or the migrations'.</summary>
    public async Task<MigrationException?> OfAsync(Exception error)
    {
        if (Draft(error) is not { } draft)
            return null;
        await work.LookAsync();
        var undo = error is StepFailedException { Failure: { Undo: true, Migration: { } failed } } ? await UndoAsync(failed) : null;
        if (error is not RefusedException { Refusal.Failure: MigrationFailure.Busy } && work.Database.IsFenced)
            await QuietlyAsync(() => work.Database.UnfenceAsync(work.WasUntouched, CancellationToken.None));
        return Told(draft with
        {
            Committed = Standing.Committed(work),
            NotCommitted = Standing.NotCommitted(work, undo, refused: error is RefusedException),
            Next = undo is { Failed: not null } ? Standing.AfterFailedUndo(work, options) : draft.Next,
        }, error);
    }

    private UpgradeReport? Draft(Exception error) => error switch
    {
        RefusedException refused => Empty(refused.Refusal.Failure, refused.Refusal.What, refused.Refusal.Next) with { Migration = refused.Refusal.Migration },
        StepFailedException step => OfStep(step.Failure),
        GaveUpException gaveUp => OfGivingUp(gaveUp),
        _ when Describe(error) is { Failure: MigrationFailure.DatabaseUnusable } && ReadOnlyFolder() is { } refusal => Empty(refusal.Failure, refusal.What, refusal.Next),
        _ when Describe(error) is { } described => Empty(described.Failure, Sentence(Explanation.Of(described, database.Dialect)), Explanation.Next(described.Failure, options.Command)) with
        {
            Migration = work.Migration?.FullName,
        },
        _ => null,
    };

    private UpgradeReport OfStep(StepFailure failure) => Empty(failure.Failure, Sentence(failure.Why), failure.Next ?? Explanation.Next(failure.Failure, options.Command)) with
    {
        Migration = failure.Migration.FullName,
        Step = failure.Step?.Number,
        StepKind = failure.Step?.Kind.ToString().ToLowerInvariant(),
        Statement = failure.Statement is { } statement
            ? new FailedStatement(statement.Source.Name, statement.Number, statement.Position.Line, statement.Position.Column, statement.Text, failure.Error?.Code ?? "", failure.Error?.Message ?? "")
            : null,
        Rows = failure.Rows,
    };

    private UpgradeReport OfGivingUp(GaveUpException gaveUp)
    {
        var report = gaveUp.InnerException is StepFailedException step ? OfStep(step.Failure) : Empty(gaveUp.Error.Failure, "", "") with { Migration = work.Migration?.FullName };
        return report with
        {
            Failure = gaveUp.Error.Failure,
            Why = Sentence(Explanation.Of(gaveUp.Error, database.Dialect)) + $" It was tried {gaveUp.Attempts} times in {gaveUp.After.TotalSeconds:0.#} s.",
            Blockers = gaveUp.Blockers,
            Next = Explanation.Next(gaveUp.Error.Failure, options.Command),
        };
    }

    private UpgradeReport Empty(MigrationFailure failure, string why, string next) => new()
    {
        Failure = failure,
        At = time.GetUtcNow(),
        Database = database.Display,
        Why = why,
        Committed = "",
        NotCommitted = "",
        Next = next,
    };

    private MigrationException Told(UpgradeReport report, Exception error)
    {
        var backup = work.Backup ?? (work.Record.Interrupted is not null && database.File is { } file ? SqliteBackup.Newest(file) : null);
        report = report with
        {
            Engine = work.Database.IsConnected ? work.Database.Session.Engine : null,
            Revision = work.IsKnown ? work.Revision : null,
            Backup = backup,
            Restore = backup is not null ? SqliteBackup.Restore(database.File!, backup) : null,
        };
        return new MigrationException(report.Failure, Standing.Sentences(report), error)
        {
            Migration = report.Migration,
            Statement = report.Statement,
            DatabaseRevision = report.Revision,
            Report = report,
            ReportPath = UpgradeReportFile.Write(report, database, options),
        };
    }

    /// <summary>Takes back what the migration has committed. Null when it has committed nothing.</summary>
    private async Task<Undo?> UndoAsync(Migration failed)
    {
        try
        {
            await work.ReadAsync(CancellationToken.None);
            if (work.Record.Interrupted is not { } begun || begun.Revision != failed.Revision)
                return null;
            var run = new MigrationRun(work.Database, failed, database.Dialect, options, progress, time);
            var undone = true;
            if (begun is { Step: 1, Watermark: null } && failed.Up[database.Dialect].Steps[0].Kind != StepKind.Concurrent)
                await run.ForgetAsync(CancellationToken.None);
            else if (failed.Irreversible || !failed.Down.ContainsKey(database.Dialect))
                undone = false;
            else
                await run.UndoAsync(begun, CancellationToken.None);
            await work.ReadAsync(CancellationToken.None);
            return undone ? new Undo(failed, null) : null;
        }
        catch (Exception error) when (Draft(error) is not null)
        {
            return new Undo(failed, Draft(error)!);
        }
    }

    // SQLite says of a database in WAL mode only that it cannot open it, when it cannot write beside it.
    private Refusal? ReadOnlyFolder()
    {
        if (database.File is not { } file || !File.Exists(file))
            return null;
        try
        {
            SqliteLockFile.TryTake(file, "")?.Dispose();
            return null;
        }
        catch (RefusedException refused)
        {
            return refused.Refusal;
        }
    }

    private EngineError? Describe(Exception error) =>
        error is StartOverException ? null
        : work.Database.IsConnected ? work.Database.Session.Describe(error)
        : database.Dialect == Dialect.Sqlite ? DescribeSqlite(error) : DescribePostgres(error);

    private static EngineError? DescribeSqlite(Exception error) => error is Microsoft.Data.Sqlite.SqliteException sqlite ? SqliteErrors.Describe(sqlite) : null;

    private static EngineError? DescribePostgres(Exception error) => PostgresErrors.Describe(error);

    private static async Task QuietlyAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        // What is left behind is cleared by the next upgrader; the failure itself matters more.
        catch (Exception)
        {
        }
    }

    private static string Sentence(string words) => words.Length == 0 ? words : char.ToUpperInvariant(words[0]) + words[1..];
}

/// <summary>An attempt to take back what a migration had committed.</summary>
/// <param name="Migration">Which.</param>
/// <param name="Failed">Why it could not be taken back; null when it was.</param>
internal sealed record Undo(Migration Migration, UpgradeReport? Failed);

using System.Diagnostics;
using Gantry.Migrations.Files;
using Gantry.Migrations.Rehearse.Compare;
using Gantry.Migrations.Rehearse.Scratch;
using Gantry.Migrations.Schemas;

namespace Gantry.Migrations.Rehearse;

/// <summary>
/// Runs migrations where they cannot hurt: on scratch databases that are filled with made-up rows, or with a copy of the real ones, and thrown away. SQLite runs in
/// memory. PostgreSQL runs in scratch databases on a server that the caller names for it. The caller's own database is only ever read.
/// </summary>
/// <param name="set">The migrations, in any layout.</param>
/// <param name="time">For the time of day in scratch databases' names, and to know values that a migration takes from the clock.</param>
public sealed class Rehearsal(MigrationSet set, TimeProvider time)
{
    /// <summary>Holds the rehearsal.</summary>
    /// <param name="options">How.</param>
    /// <param name="progress">Hears how it comes along; may be null.</param>
    /// <param name="cancellationToken">Ends it; scratch databases are dropped all the same.</param>
    /// <exception cref="RehearsalException">It could not be held; nothing was changed.</exception>
    public async Task<RehearsalReport> RunAsync(RehearsalOptions options, IRehearsalProgress? progress = null, CancellationToken cancellationToken = default)
    {
        var clock = Stopwatch.StartNew();
        await using var stage = new RehearsalStage(set, options, time);
        await stage.OpenAsync(cancellationToken);
        var fresh = new Dictionary<(Dialect, int), DatabaseSchema>();
        var migrations = await OnScenariosAsync(stage, options, fresh, progress, cancellationToken);
        if (options.Copy)
            migrations.AddRange(await OnCopyAsync(stage, options, fresh, progress, cancellationToken));
        return new RehearsalReport(options.Seed, stage.Engines, migrations, stage.Notes, clock.Elapsed);
    }

    private async Task<List<MigrationRehearsal>> OnScenariosAsync(
        RehearsalStage stage, RehearsalOptions options, Dictionary<(Dialect, int), DatabaseSchema> fresh, IRehearsalProgress? progress, CancellationToken cancellationToken)
    {
        var migrations = new List<MigrationRehearsal>();
        foreach (var migration in set.Migrations.Skip(stage.Applied))
        {
            var one = new ScenarioRehearsal(migration, stage.Scratches, options, progress, time);
            var rehearsed = await one.RunAsync(cancellationToken);
            foreach (var (dialect, schema) in one.After)
                fresh[(dialect, migration.Revision)] = schema;
            if (one.Advanced && migration == set.Migrations[^1])
                rehearsed = rehearsed with { Findings = [.. rehearsed.Findings, .. await AgainstSnapshotAsync(stage, options, one.After, cancellationToken)] };
            migrations.Add(rehearsed);
            if (one.Advanced)
                continue;
            if (migration != set.Migrations[^1])
                stage.Notes.Add($"{migration} cannot run even on an empty database: what comes after it was not rehearsed.");
            // Another tool's files do not say which engine they are for.
            if (set.Layout != MigrationLayout.Gantry && options.Against is null)
                stage.Notes.Add("It was tried on SQLite. If these migrations are PostgreSQL's, name a server for scratch databases: --against postgres://user@host/database.");
            break;
        }
        return migrations;
    }

    private static async Task<List<RehearsalFinding>> AgainstSnapshotAsync(
        RehearsalStage stage, RehearsalOptions options, IReadOnlyDictionary<Dialect, DatabaseSchema> after, CancellationToken cancellationToken)
    {
        var findings = new List<RehearsalFinding>();
        foreach (var (dialect, schema) in after)
            if (options.Snapshot?.TryGetValue(dialect, out var ddl) == true
                && SchemaDifference.Find(await stage.SchemaOfAsync(dialect, ddl, cancellationToken), schema, "in the snapshot", "by the migrations") is { Count: > 0 } differences)
                findings.Add(new RehearsalFinding(RehearsalRule.SchemaDiffers, IsError: true, dialect, "What the migrations make is not what the snapshot of the schema says.", differences, null, null, null, null, null, null, null));
        return findings;
    }

    private async Task<List<MigrationRehearsal>> OnCopyAsync(
        RehearsalStage stage, RehearsalOptions options, Dictionary<(Dialect, int), DatabaseSchema> fresh, IRehearsalProgress? progress, CancellationToken cancellationToken)
    {
        var (database, rehearsed) = (options.Database!, new List<MigrationRehearsal>());
        if (database.File is { } file && !File.Exists(file))
            throw new RehearsalException($"There is no database at {file} to copy. Nothing was changed. Name the right file, or leave --copy out.");
        if (stage.Applied == set.Migrations.Count)
            return rehearsed;

        progress?.Stage(set.Migrations[stage.Applied].FullName, "copying the database");
        await using var copy = await DatabaseCopy.MakeAsync(database, stage.Server, cancellationToken);
        var runnable = OtherToolsScripts.WithoutTransactions(set, database.Dialect);
        if (set.Layout != MigrationLayout.Gantry)
            await OtherToolsScripts.RememberAsync(copy.Address, runnable.Migrations.Take(stage.Applied), time, cancellationToken);
        var rehearsal = new CopyRehearsal(copy.Address, runnable, fresh.Where(schema => schema.Key.Item1 == database.Dialect).ToDictionary(schema => schema.Key.Item2, schema => schema.Value), progress, time);
        foreach (var migration in runnable.Migrations.Skip(stage.Applied))
        {
            rehearsed.Add(await rehearsal.RunAsync(migration, cancellationToken));
            if (rehearsed[^1].Findings.Any(finding => finding.Rule is RehearsalRule.StatementFailed or RehearsalRule.VerifyFailed or RehearsalRule.DownFailed or RehearsalRule.AgainDiffers or RehearsalRule.ForeignKeysBroken))
            {
                if (migration != runnable.Migrations[^1])
                    stage.Notes.Add($"On the copy, what comes after {migration} was not rehearsed.");
                break;
            }
        }
        return rehearsed;
    }
}

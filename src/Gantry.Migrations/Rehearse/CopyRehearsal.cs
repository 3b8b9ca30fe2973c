using System.Diagnostics;
using System.Globalization;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Rehearse.Compare;
using Gantry.Migrations.Rehearse.Scenarios;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Upgrade;

namespace Gantry.Migrations.Rehearse;

/// <summary>Rehearses on a copy of the real database with the upgrader itself: its batches, its transactions, its locks. Up, down and up again.</summary>
internal sealed class CopyRehearsal(DatabaseAddress copy, MigrationSet set, IReadOnlyDictionary<int, DatabaseSchema> fresh, IRehearsalProgress? progress, TimeProvider time)
{
    private readonly UpgradeOptions _options = new() { Backup = false, WriteReport = false, WaitForUpgrader = TimeSpan.FromSeconds(10) };

    public async Task<MigrationRehearsal> RunAsync(Migration migration, CancellationToken cancellationToken)
    {
        progress?.Stage(migration.FullName, "rehearsing on the copy");
        var clock = Stopwatch.StartNew();
        var findings = new List<RehearsalFinding>();
        var watch = new LongestTransaction(migration.Up[copy.Dialect]);
        var (before, was, objects) = await LookAsync(cancellationToken);
        await AssumptionsAsync(migration, before, findings, cancellationToken);
        var wayBack = "not tried: the way up failed";
        if (await TryAsync(() => Upgrader(watch).UpgradeAsync(migration.Revision, cancellationToken: cancellationToken), RehearsalRule.StatementFailed, findings))
        {
            var (after, now, _) = await LookAsync(cancellationToken);
            Count(migration, was, now, findings);
            if (fresh.TryGetValue(migration.Revision, out var schema) && SchemaDifference.Find(schema, after, "in a fresh install", "on the copy") is { Count: > 0 } odd)
                Add(findings, RehearsalRule.SchemaDiffers, "The migrated schema is not the one that a fresh install has.", odd);
            wayBack = await BackAsync(migration, (before, was, objects), now, findings, cancellationToken);
        }
        return new MigrationRehearsal(migration.FullName, OnCopy: true, 1, was.Rows, watch.Rows, clock.Elapsed, watch.Longest, wayBack, findings);
    }

    private async Task<string> BackAsync(
        Migration migration, (DatabaseSchema Schema, ContentsDigest Rows, SchemaObjects Objects) before, ContentsDigest now, List<RehearsalFinding> findings, CancellationToken cancellationToken)
    {
        if (migration.Irreversible)
            return "declared irreversible, not tried";
        if (!migration.Down.ContainsKey(copy.Dialect))
            return "there is none";
        if (!await TryAsync(() => Upgrader(null).DownAsync(cancellationToken), RehearsalRule.DownFailed, findings))
            return "does not restore what was there";

        var count = findings.Count;
        var (schema, rows, objects) = await LookAsync(cancellationToken);
        List<string> left = [.. SchemaDifference.Find(before.Schema, schema, "before", "after the way back"), .. before.Objects.Differences(objects, "before", "after the way back")];
        if (left.Count > 0)
            Add(findings, RehearsalRule.DownLeavesSchema, "The way back does not restore the schema.", left);
        if (before.Rows.Differences(rows, "before", "after the way back") is { Count: > 0 } lost)
            Add(findings, RehearsalRule.DownLosesData, "The way back does not restore the rows. Keep what it needs, or declare that there is no way back: -- irreversible", lost);
        var restored = findings.Count == count;
        if (await TryAsync(() => Upgrader(null).UpgradeAsync(migration.Revision, cancellationToken: cancellationToken), RehearsalRule.AgainDiffers, findings))
        {
            var (_, again, _) = await LookAsync(cancellationToken);
            var words = new ScriptWords([migration.Up[copy.Dialect]], copy.Dialect);
            // What chance and clocks fill differs as it should; the made-up rows tell which columns those are, a copy does not.
            if (!words.IsVolatile && now.Differences(again, "the first time", "the second time") is { Count: > 0 } unlike)
                Add(findings, RehearsalRule.AgainDiffers, "Up, down and up again ends otherwise than the first up.", unlike);
        }
        return restored ? "restores schema and rows" : "does not restore what was there";
    }

    private Upgrader Upgrader(IUpgradeProgress? watch) => new(copy, set, _options, watch, time);

    private async Task<(DatabaseSchema Schema, ContentsDigest Rows, SchemaObjects Objects)> LookAsync(CancellationToken cancellationToken)
    {
        await using var connection = copy.Connect();
        await connection.OpenAsync(cancellationToken);
        var schema = await LiveSchema.ReadAsync(connection, copy.Dialect, cancellationToken);
        return (schema, await ContentsDigest.ReadAsync(connection, schema, cancellationToken), await SchemaObjects.ReadAsync(connection, copy.Dialect, cancellationToken));
    }

    private async Task AssumptionsAsync(Migration migration, DatabaseSchema schema, List<RehearsalFinding> findings, CancellationToken cancellationToken)
    {
        await using var connection = copy.Connect();
        await connection.OpenAsync(cancellationToken);
        foreach (var assumption in RehearsalDirectives.Of(migration).Assumptions.Where(assumption => schema.Find(assumption.Table) is not null))
        {
            var count = (await LiveSchema.QueryAsync(connection, $"SELECT count(*) FROM {SqlName.Table(assumption.Table, copy.Dialect)} WHERE NOT ({assumption.Condition})", row => row.GetInt64(0), cancellationToken))[0];
            if (count > 0)
                Add(findings, RehearsalRule.AssumptionBroken, string.Create(CultureInfo.InvariantCulture, $"{count} rows of {assumption.Table} are not as the script assumes ({assumption.Condition})."), []);
        }
    }

    private void Count(Migration migration, ContentsDigest before, ContentsDigest after, List<RehearsalFinding> findings)
    {
        foreach (var (name, table) in before.Tables)
            if (after.Tables.TryGetValue(name, out var now) && now.Rows != table.Rows && !migration.ChangesRows.Contains(name, StringComparer.OrdinalIgnoreCase))
                Add(findings, RehearsalRule.RowsChanged, $"{name} has {now.Rows} rows after the migration, {table.Rows} before. If that is meant, declare it: -- changes-rows: {name}", []);
    }

    private async Task<bool> TryAsync<T>(Func<Task<T>> work, RehearsalRule rule, List<RehearsalFinding> findings)
    {
        try
        {
            await work();
            return true;
        }
        catch (MigrationException failed)
        {
            var statement = failed.Report?.Statement;
            var kind = failed.Failure switch { MigrationFailure.VerifyFailed => RehearsalRule.VerifyFailed, MigrationFailure.ForeignKeysBroken => RehearsalRule.ForeignKeysBroken, _ => rule };
            findings.Add(new RehearsalFinding(kind, IsError: true, copy.Dialect, statement?.EngineMessage ?? failed.Report?.Why ?? failed.Message,
                failed.Report?.Rows is { } rows ? [.. rows.Values.Select(row => string.Join(", ", row.Select(value => value ?? "NULL")))] : [],
                statement?.File, statement?.Line, statement?.Column, statement?.Text, statement?.EngineCode, null, null));
            return false;
        }
    }

    private void Add(List<RehearsalFinding> findings, RehearsalRule rule, string message, IReadOnlyList<string> evidence) =>
        findings.Add(new RehearsalFinding(rule, IsError: true, copy.Dialect, message, evidence, null, null, null, null, null, null, null));
}

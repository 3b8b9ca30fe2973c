using Gantry.Migrations.Files;
using Gantry.Migrations.Rehearse.Compare;
using Gantry.Migrations.Rehearse.Scratch;

namespace Gantry.Migrations.Rehearse;

/// <summary>After the way forward: back, and forward again. What is declared irreversible, or has no way back, is left alone.</summary>
internal sealed class WayBack(Migration migration, TrialEngine engine, Sameness same, EngineNotes notes)
{
    private IScratch Scratch => engine.Scratch;

    public async Task<List<Fault>> RunAsync(Forward forward, TrialScope scope, Action<ScriptOutcome> watch, CancellationToken cancellationToken)
    {
        var faults = new List<Fault>();
        if (scope.Schema && await OddAsync("in a fresh install", "with these rows", engine.After, engine.ObjectsAfter, await Scratch.SchemaAsync(cancellationToken), cancellationToken) is { Count: > 0 } odd)
            faults.Add(new Fault(RehearsalRule.SchemaDiffers, Scratch.Dialect, "The migrated schema is not the one that a fresh install has.", odd));
        if (migration.Irreversible || !migration.Down.TryGetValue(Scratch.Dialect, out var down))
            return faults;

        var outcome = await Scratch.RunAsync(new ScriptRun(down), cancellationToken);
        watch(outcome);
        if (outcome.Failure is { } failure)
            return [.. faults, new Fault(RehearsalRule.DownFailed, Scratch.Dialect, failure.Message, []) { Failure = failure }];

        if (scope.Schema)
        {
            var now = await Scratch.SchemaAsync(cancellationToken);
            Missing(now);
            if (await OddAsync("before", "after the way back", engine.Before, engine.ObjectsBefore, now, cancellationToken) is { Count: > 0 } left)
                faults.Add(new Fault(RehearsalRule.DownLeavesSchema, Scratch.Dialect, "The way back does not restore the schema.", left));
        }
        if (notes.TablesLost)
            return faults;
        await RestoresAsync(forward, faults, cancellationToken);

        var second = await Scratch.RunAsync(new ScriptRun(migration.Up[Scratch.Dialect]), cancellationToken);
        watch(second);
        if (second.Failure is { } refused)
            return [.. faults, new Fault(RehearsalRule.AgainDiffers, Scratch.Dialect, $"Up, down and up again fails where the first up did not: {refused.Message}", []) { Failure = refused }];
        var again = await Scratch.ReadAsync(engine.TablesAfter, cancellationToken);
        if (await same.FindAsync(engine, forward, again, asSets: false, () => Task.FromResult<Contents?>(again)) is { Count: > 0 } unlike)
            faults.Add(new Fault(RehearsalRule.AgainDiffers, Scratch.Dialect, "Up, down and up again ends otherwise than the first up.",
                [.. unlike.Select(difference => difference.Say("the first time", "the second time"))]));
        return faults;
    }

    private async Task<List<string>> OddAsync(string ofThen, string ofNow, Schemas.DatabaseSchema then, SchemaObjects objects, Schemas.DatabaseSchema now, CancellationToken cancellationToken) =>
        [.. SchemaDifference.Find(then, now, ofThen, ofNow), .. objects.Differences(await Scratch.ObjectsAsync(cancellationToken), ofThen, ofNow)];

    private async Task RestoresAsync(Forward forward, List<Fault> faults, CancellationToken cancellationToken)
    {
        var restored = await Scratch.ReadAsync(engine.TablesBefore, cancellationToken);
        if (new ContentsDifference(engine.Keys, new HashSet<ColumnName>()).Find(forward.Before, restored) is { Count: > 0 } lost)
            faults.Add(new Fault(RehearsalRule.DownLosesData, Scratch.Dialect,
                "The way back does not restore the rows. Keep what it needs, or declare that there is no way back: -- irreversible",
                [.. lost.Select(difference => difference.Say("before", "after the way back"))]));
    }

    // Known from the first scenario, which has no rows: what is not there cannot be read in any other.
    private void Missing(Schemas.DatabaseSchema now)
    {
        if (engine.TablesBefore.Any(table => now.Find(table) is null))
            notes.TablesLost = true;
    }
}

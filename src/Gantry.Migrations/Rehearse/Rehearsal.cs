using System.Diagnostics;
using Gantry.Migrations.Files;

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
        await using var stage = await RehearsalStage.OpenAsync(set, options, time, cancellationToken);
        var migrations = new List<MigrationRehearsal>();
        foreach (var migration in set.Migrations.Skip(stage.Applied))
        {
            var one = new ScenarioRehearsal(migration, stage.Scratches, options, progress, time);
            migrations.Add(await one.RunAsync(cancellationToken));
            if (one.Advanced)
                continue;
            if (migration != set.Migrations[^1])
                stage.Notes.Add($"{migration} cannot run even on an empty database: what comes after it was not rehearsed.");
            break;
        }
        return new RehearsalReport(options.Seed, stage.Engines, migrations, stage.Notes, clock.Elapsed);
    }
}

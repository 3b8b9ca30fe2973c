using System.Collections.Concurrent;
using System.Text.Json;
using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Reconcilers;

/// <summary>What a run's spec means: parsed and planned once, since a spec never changes.</summary>
internal sealed record RunDefinition(RunSpec Spec, IReadOnlyList<JobSpec> Jobs, RunPolicy Policy)
{
    public TimeSpan? MaxDuration => Seconds(Jobs[0].MaxDuration);

    public TimeSpan? StopDuration => Seconds(Jobs[0].StopDuration);

    /// <summary>Whether its jobs mount volumes.</summary>
    public bool HasVolumes { get; } = Jobs.Any(job => (job.Volumes ?? []).Any(mount => mount is VolumeMountPoint));

    /// <summary>The jobs' specs as the JSON that is stored.</summary>
    public IReadOnlyList<string> JobTexts => jobTexts.Value;

    private readonly Lazy<IReadOnlyList<string>> jobTexts = new(() => [.. Jobs.Select(spec => JsonSerializer.Serialize(spec, ApiJson.Default.JobSpec))]);

    public static RunDefinition Of(RunSpec spec)
    {
        var effective = JobPlanner.Effective(spec);
        return new RunDefinition(effective, JobPlanner.Jobs(effective), JobPlanner.Policy(effective));
    }

    private static TimeSpan? Seconds(long? seconds) => seconds is { } s ? TimeSpan.FromSeconds(s) : null;
}

/// <summary>Definitions of unfinished runs, kept while they are.</summary>
internal sealed class RunDefinitions
{
    private readonly ConcurrentDictionary<Guid, RunDefinition> definitions = new();

    public RunDefinition Get(RunRow run) => definitions.GetOrAdd(
        run.Id, static (_, row) => RunDefinition.Of(JsonSerializer.Deserialize(row.Spec, ApiJson.Default.RunSpec)!), run);

    /// <summary>Keeps the definition of a run that is being stored.</summary>
    public void Put(Guid runId, RunDefinition definition) => definitions[runId] = definition;

    /// <summary>As above, where the row need not be read for a definition that is known.</summary>
    public RunDefinition Get(GantryDb db, Guid runId) => definitions.TryGetValue(runId, out var known) ? known : Get(db.Runs.Find(runId)!);

    public void Forget(Guid runId) => definitions.TryRemove(runId, out _);
}

using System.Collections.Concurrent;
using Gantry.Engine.Runs;
using Gantry.Model.Configurations;
using Gantry.Model.Link;
using Gantry.Model.States;
using Gantry.Model.Values;
using Gantry.Server.Changes;
using Gantry.Server.Metrics;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Reconcilers;

/// <summary>
/// Ends jobs whose GPUs idle for as long as their <c>utilization_policy</c> lets them. Looks with each sample that comes, in its transaction; what it remembers
/// of a job it makes anew from the job's metrics after a start.
/// </summary>
internal sealed class UtilizationWatch(RunDefinitions definitions, RunTransitions transitions, MetricStore metrics)
{
    private readonly ConcurrentDictionary<Guid, GpuIdleness> jobs = new();

    /// <summary>Takes a sample of a job that may have a policy.</summary>
    public void Look(GantryDb db, ChangeSet changes, JobRow job, JobSample sample, DateTimeOffset now)
    {
        if (sample.Gpus.Count == 0 || definitions.Get(db, job.RunId).Jobs[job.JobNum].UtilizationPolicy is not { } policy)
            return;
        if (job.Status != JobStatus.Running.WireName())
        {
            jobs.TryRemove(job.Id, out _);
            return;
        }
        var seen = jobs.TryGetValue(job.Id, out var known) ? known : Remembered(job.Id, policy);
        var idleness = jobs[job.Id] = With(seen, now, sample.Gpus, policy);
        if (idleness.IdleFor(policy) is not { } gpu || db.Runs.Find(job.RunId) is not { } run)
            return;
        jobs.TryRemove(job.Id, out _);
        transitions.Fail(db, changes, run, job.Id, JobTerminationReason.TerminatedDueToUtilizationPolicy, Sentence(gpu, policy), now);
    }

    private GpuIdleness Remembered(Guid job, UtilizationPolicy policy) =>
        metrics.Read(job).Aggregate(GpuIdleness.Unknown, (seen, point) => With(seen, point.At, point.Gpus, policy));

    private static GpuIdleness With(GpuIdleness seen, DateTimeOffset at, IReadOnlyList<GpuSample> gpus, UtilizationPolicy policy) =>
        seen.With(at, [.. gpus.Select(gpu => gpu.UtilPercent)], policy.MinGpuUtilization);

    private static string Sentence(int gpu, UtilizationPolicy policy) =>
        $"Its GPU {gpu} was used for less than {policy.MinGpuUtilization} % all through {DurationText.Print(policy.TimeWindow)}, which its utilization_policy does not allow.";
}

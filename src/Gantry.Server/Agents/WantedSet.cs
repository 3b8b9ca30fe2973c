using System.Text.Json;
using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Link;
using Gantry.Server.Reconcilers;
using Gantry.Storage;
using Gantry.Storage.Logs;
using Gantry.Storage.Rows;

namespace Gantry.Server.Agents;

/// <summary>What a host should do, read from the rows: the other half of "the database holds what is wanted, agents make it so".</summary>
internal sealed class WantedSet(RunDefinitions definitions, ILogStore logs)
{
    /// <summary>A job of the host that has not ended, with what is wanted of it now.</summary>
    /// <param name="JobId">The submission's id.</param>
    /// <param name="Job">Start it, or let it run; null while its startup order holds it back.</param>
    /// <param name="Grace">Seconds between SIGTERM and SIGKILL when it is to end; null while it should go on.</param>
    public sealed record Entry(Guid JobId, WantedJob? Job, double? Grace);

    public List<Entry> Of(GantryDb db, InstanceRow instance, Guid serverId)
    {
        var jobs = db.Jobs
            .Where(job => job.InstanceId == instance.Id && (job.Status == "provisioning" || job.Status == "pulling" || job.Status == "running" || job.Status == "terminating"))
            .OrderBy(job => job.SubmittedAt).ThenBy(job => job.JobNum)
            .ToList();
        var entries = new List<Entry>(jobs.Count);
        foreach (var group in jobs.GroupBy(job => job.RunId))
        {
            var run = db.Runs.Find(group.Key)!;
            var definition = definitions.Get(run);
            var siblings = RunTransitions.LatestSubmission(db, run.Id);
            var states = siblings.Select(job => RunTransitions.State(job, definition.MaxDuration)).ToList();
            var project = db.Projects.Find(run.ProjectId)!;
            foreach (var job in group)
                entries.Add(Describe(job, run, project, definition, states, instance, serverId));
        }
        return entries;
    }

    private Entry Describe(
        JobRow job, RunRow run, ProjectRow project, RunDefinition definition, List<JobState> siblings, InstanceRow instance, Guid serverId)
    {
        var state = RunTransitions.State(job, definition.MaxDuration);
        var grace = RunLifecycle.StopGrace(state, definition.StopDuration);
        if (state.Observed is null && grace is null && !RunLifecycle.MayStart(definition.Policy, state, siblings))
            return new Entry(job.Id, null, null);
        // An agent that was heard of this job has its order. Sending it once more would only cost bytes, never start it twice.
        var order = state.Observed is null && grace is null ? Order(job, run, project, definition, instance, serverId) : null;
        return new Entry(job.Id, new WantedJob { JobId = job.Id, LogOffset = logs.Length(job.Id), Order = order }, grace);
    }

    private static JobOrder Order(JobRow job, RunRow run, ProjectRow project, RunDefinition definition, InstanceRow instance, Guid serverId)
    {
        var spec = JsonSerializer.Deserialize(job.Spec, ApiJson.Default.JobSpec)!;
        var ip = HostViews.Facts(instance).InternalIp;
        return JobPlanner.Order(
            job.Id, serverId, project.Name, run.Id, run.Name, definition.Spec.RepoId, spec, [.. Enumerable.Repeat(ip, spec.JobsPerReplica)]);
    }
}

using Gantry.Engine.Runs;
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

    /// <summary>The host's jobs that have not ended; of these runs only, or of all.</summary>
    public List<Entry> Of(GantryDb db, InstanceRow instance, Guid serverId, IReadOnlyCollection<Guid>? runIds)
    {
        var active = db.Jobs.Where(job => job.Status == "provisioning" || job.Status == "pulling" || job.Status == "running" || job.Status == "terminating");
        if (runIds is not null)
            active = active.Where(job => runIds.Contains(job.RunId));
        var placed = active.Where(job => job.InstanceId == instance.Id).OrderBy(job => job.SubmittedAt).ThenBy(job => job.JobNum).ToList();
        var entries = new List<Entry>(placed.Count);
        foreach (var jobs in placed.GroupBy(job => job.RunId))
        {
            var definition = definitions.Get(db, jobs.Key);
            // A run of one node has no siblings to wait for.
            var siblings = definition.Policy.Nodes == 1 ? [.. jobs] : RunTransitions.LatestSubmission(db, jobs.Key);
            var states = siblings.Select(job => RunTransitions.State(job, definition.MaxDuration)).ToList();
            foreach (var job in jobs)
                entries.Add(Describe(db, job, definition, states, instance, serverId));
        }
        return entries;
    }

    private Entry Describe(GantryDb db, JobRow job, RunDefinition definition, List<JobState> siblings, InstanceRow instance, Guid serverId)
    {
        var state = siblings.Find(sibling => sibling.Id == job.Id) ?? RunTransitions.State(job, definition.MaxDuration);
        var grace = RunLifecycle.StopGrace(state, definition.StopDuration);
        if (state.Observed is null && grace is null && !RunLifecycle.MayStart(definition.Policy, state, siblings))
            return new Entry(job.Id, null, null);
        // An agent that was heard of this job has its order. Sending it once more would only cost bytes, never start it twice.
        var order = state.Observed is null && grace is null ? Order(db, job, definition, instance, serverId) : null;
        return new Entry(job.Id, new WantedJob { JobId = job.Id, LogOffset = logs.Length(job.Id), Order = order }, grace);
    }

    private static JobOrder Order(GantryDb db, JobRow job, RunDefinition definition, InstanceRow instance, Guid serverId)
    {
        var run = db.Runs.Find(job.RunId)!;
        var project = db.Projects.Find(run.ProjectId)!;
        var spec = definition.Jobs[job.JobNum];
        var ip = HostViews.Facts(instance).InternalIp;
        return JobPlanner.Order(
            job.Id, serverId, project.Name, run.Id, run.Name, definition.Spec.RepoId, spec, [.. Enumerable.Repeat(ip, spec.JobsPerReplica)]);
    }
}

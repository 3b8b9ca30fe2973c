using Gantry.Engine.Fleets;
using Gantry.Engine.Runs;
using Gantry.Model.Configurations;
using Gantry.Model.Link;
using Gantry.Server.Api;
using Gantry.Server.Content;
using Gantry.Server.Fleets;
using Gantry.Server.Hosting;
using Gantry.Server.Reconcilers;
using Gantry.Storage;
using Gantry.Storage.Logs;
using Gantry.Storage.Rows;

namespace Gantry.Server.Agents;

/// <summary>What a host should do, read from the rows: the other half of "the database holds what is wanted, agents make it so".</summary>
internal sealed class WantedSet(RunDefinitions definitions, Names names, ILogStore logs, ServerOptions options)
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
        var placed = active.Where(job => job.InstanceId == instance.Id)
            .Join(db.Runs, job => job.RunId, run => run.Id, (job, run) => new { Job = job, run.ProjectId, run.Name })
            .OrderBy(row => row.Job.SubmittedAt).ThenBy(row => row.Job.JobNum).ToList();
        var entries = new List<Entry>(placed.Count);
        if (placed.Count == 0)
            return entries;
        var fleet = instance.FleetId is { } fleetId && db.Fleets.Find(fleetId) is { } fleetRow ? FleetDefinitions.Of(fleetRow) : null;
        var host = new Host(instance.Id, serverId, HostViews.Facts(instance).InternalIp, fleet);
        foreach (var rows in placed.GroupBy(row => row.Job.RunId))
        {
            var run = new RunOnHost(rows.First().Name, names.Project(db, rows.First().ProjectId), definitions.Get(db, rows.Key));
            // A run of one node has no siblings to wait for.
            var siblings = run.Definition.Policy.Nodes == 1 ? [.. rows.Select(row => row.Job)] : RunTransitions.LatestSubmission(db, rows.Key);
            var states = siblings.Select(job => RunTransitions.State(job, run.Definition.MaxDuration)).ToList();
            var places = siblings.Select(job => Place(db, job, host)).ToList();
            foreach (var row in rows)
                entries.Add(Describe(db, row.Job, run, states, places, host));
        }
        return entries;
    }

    private sealed record Host(Guid InstanceId, Guid ServerId, string InternalIp, FleetConfiguration? Fleet);

    private sealed record RunOnHost(string Name, string Project, RunDefinition Definition);

    // All nodes of an attempt are placed in one transaction.
    private static NodePlace Place(GantryDb db, JobRow job, Host host)
    {
        var elsewhere = job.InstanceId is { } id && id != host.InstanceId ? db.Instances.Find(id) : null;
        return new NodePlace(elsewhere?.Facts is null ? host.InternalIp : HostViews.Facts(elsewhere).InternalIp, JobGpus.Of(job).Count);
    }

    private Entry Describe(GantryDb db, JobRow job, RunOnHost run, List<JobState> siblings, List<NodePlace> places, Host host)
    {
        var definition = run.Definition;
        var state = siblings.Find(sibling => sibling.Id == job.Id) ?? RunTransitions.State(job, definition.MaxDuration);
        var grace = RunLifecycle.StopGrace(state, definition.StopDuration);
        if (state.Observed is null && grace is null && !RunLifecycle.MayStart(definition.Policy, state, siblings))
            return new Entry(job.Id, null, null);
        // An agent that was heard of this job has its order. Sending it once more would only cost bytes, never start it twice. Only who fetches an
        // image is not in its spool: until the job has begun, an agent that was restarted needs to be told again.
        var isNew = state.Observed is null || (state.Observed is ObservedState.Accepted or ObservedState.Pulling && definition.Jobs[job.JobNum].RegistryAuth is not null);
        var order = isNew && grace is null ? Order(db, job, run, places, host) : null;
        return new Entry(job.Id, new WantedJob { JobId = job.Id, LogOffset = logs.Length(job.Id), Order = order }, grace);
    }

    private JobOrder Order(GantryDb db, JobRow job, RunOnHost run, List<NodePlace> places, Host host)
    {
        var spec = run.Definition.Jobs[job.JobNum];
        var order = JobPlanner.Order(
            job.Id, host.ServerId, run.Project, job.RunId, run.Name, run.Definition.Spec.RepoId,
            host.Fleet is { } fleet ? FleetJobs.On(fleet, spec, options.DefaultImage) : spec, places, JobGpus.Of(job));
        return order with { Files = OrderedFiles.Of(db, spec), Leased = job.Leased };
    }
}

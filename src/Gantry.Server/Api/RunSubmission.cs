using System.Text.Json;
using Gantry.Engine.Placement;
using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.States;
using Gantry.Server.Agents;
using Gantry.Server.Auth;
using Gantry.Server.Changes;
using Gantry.Server.Content;
using Gantry.Server.Metrics;
using Gantry.Server.Reconcilers;
using Gantry.Server.Volumes;
using Gantry.Storage;
using Gantry.Storage.Logs;
using Gantry.Storage.Rows;

namespace Gantry.Server.Api;

/// <summary>From a spec to a plan, and from a plan to a run.</summary>
internal sealed class RunSubmission(Ledger ledger, RunTransitions transitions, RunDefinitions definitions, HostViews hosts, RunQueries queries, ILogStore logs, MetricStore metrics, RunCode code)
{
    /// <summary>A run that was just stored is placed nowhere.</summary>
    private static readonly Dictionary<Guid, InstanceRow> NoInstances = [];

    /// <summary>What would happen.</summary>
    public sealed record Planned(RunDefinition Definition, IReadOnlyList<JobPlan> Jobs, RunQueries.Page? Current, string Action);

    public async Task<Planned> PlanAsync(RunSpec spec, ProjectRow project, OfferScope scope, CancellationToken cancellationToken)
    {
        var definition = Define(spec);
        await hosts.WaitForFirstAsync(cancellationToken);
        return ledger.Read(db =>
        {
            var states = hosts.States(db, HostViews.Rows(db));
            var volumes = RunVolumes.Check(db, definition, project, states);
            var jobs = definition.Jobs.Select(job =>
            {
                var offers = Offers.For(Scheduler.WithVolumes(Scheduler.Describe(Guid.Empty, definition, job, project.Id), volumes), states, scope);
                return new JobPlan(job, offers, offers.Count, job.Requirements.MaxPrice);
            });
            var current = Name(spec) is { } name ? RunQueries.Find(db, project.Id, name) : null;
            var isUpdate = current is not null && IsActive(current) && RunUpdate.IsPossibleBeforeUploads(definitions.Get(current).Spec, definition.Spec);
            return new Planned(definition, [.. jobs], current is null ? null : queries.Complete(db, [current]), isUpdate ? "update" : "create");
        });
    }

    /// <summary>Stores the run and its jobs in one transaction. Returns the run after the commit.</summary>
    public async Task<RunQueries.Page> SubmitAsync(ApplyRunPlanRequest request, ProjectRow project, Caller caller, CancellationToken cancellationToken)
    {
        var spec = request.Plan.RunSpec;
        var given = Name(spec);
        // Planned and written here where that can be: the writer's thread has everybody's changes to make.
        var (definition, text) = Stored(given is null ? Define(spec) : Define(Named(spec, given)));
        var (page, replaced) = await ledger.CommitAsync(
            (db, changes) =>
            {
                var now = ledger.Now;
                RunArchives.Use(db, spec, caller, now);
                code.Use(db, definition.Spec, project.Id, caller, now);
                if (definition.HasVolumes)
                    RunVolumes.Check(db, definition, project, hosts.States(db, HostViews.Rows(db)));
                IReadOnlyList<Guid> replaced = [];
                if (given is not null && RunQueries.Find(db, project.Id, given) is { } current)
                {
                    if (IsActive(current) && RunUpdate.IsPossible(definitions.Get(current).Spec, definition.Spec))
                        return (Update(db, changes, current, definition, text, request, caller, now), replaced);
                    replaced = Override(db, changes, current, request, caller, now);
                }
                var name = given ?? FreeName(db, project.Id);
                var (named, stored) = given is null ? Stored(RunDefinition.Of(Named(spec, name))) : (definition, text);
                var run = new RunRow
                {
                    Id = Guid.NewGuid(),
                    ProjectId = project.Id,
                    UserId = caller.User.Id,
                    Name = name,
                    Status = RunStatus.Pending.WireName(),
                    SubmittedAt = now,
                    LastProcessedAt = now,
                    Priority = ((RunConfiguration)definition.Spec.Configuration).Priority ?? 0,
                    Spec = stored,
                };
                definitions.Put(run.Id, named);
                db.Runs.Add(run);
                var jobs = transitions.Start(db, changes, run, caller.User.Id, now);
                return (new RunQueries.Page([queries.Describe(db, run, jobs, NoInstances)], new RunJson(NoInstances)), replaced);
            },
            cancellationToken);
        DeleteLogs(replaced);
        return page;
    }

    /// <summary>Deletes a finished run; its rows stay for events that speak of it. Returns its jobs, whose logs go after the commit.</summary>
    public static List<Guid> Delete(GantryDb db, ChangeSet changes, RunRow run, Guid actor, DateTimeOffset now)
    {
        run.DeletedAt = now;
        run.WakeAt = null;
        run.LastProcessedAt = now;
        run.Version++;
        changes.Runs[run.Id] = (run.ProjectId, run.Name);
        EventLog.Run(db, changes, run, "Run deleted", now, actor);
        return [.. db.Jobs.Where(job => job.RunId == run.Id).Select(job => job.Id)];
    }

    public void DeleteLogs(IEnumerable<Guid> jobs)
    {
        foreach (var job in jobs)
        {
            logs.Delete(job);
            metrics.Delete(job);
        }
    }

    private static RunDefinition Define(RunSpec spec)
    {
        var problems = JobPlanner.Unsupported(JobPlanner.Effective(spec));
        return problems.Count == 0 ? RunDefinition.Of(spec) : throw ApiError.Bad(problems);
    }

    private static RunSpec Named(RunSpec spec, string name) => spec with { RunName = name, Configuration = spec.Configuration with { Name = name } };

    private static (RunDefinition Definition, string Text) Stored(RunDefinition definition)
    {
        _ = definition.JobTexts;
        return (definition, JsonSerializer.Serialize(definition.Spec, ApiJson.Default.RunSpec));
    }

    /// <summary>Changes what can be changed of a run that goes on.</summary>
    private RunQueries.Page Update(
        GantryDb db, ChangeSet changes, RunRow run, RunDefinition definition, string text, ApplyRunPlanRequest request, Caller caller, DateTimeOffset now)
    {
        CheckPlanned(run, request);
        run.Spec = text;
        run.LastProcessedAt = now;
        run.Version++;
        definitions.Put(run.Id, definition);
        // Whoever changes it is there: a shorter time begins now, and does not end what was left alone by the longer one.
        foreach (var job in db.Jobs.Where(job => job.RunId == run.Id && job.InactiveSince != null).ToList())
            job.InactiveSince = now;
        EventLog.Run(db, changes, run, "Run updated. Changed: inactivity_duration", now, caller.User.Id);
        changes.Runs[run.Id] = (run.ProjectId, run.Name);
        transitions.Advance(db, changes, run, now);
        return queries.Complete(db, [run]);
    }

    private static bool IsActive(RunRow run) => run.Status is not ("terminated" or "failed" or "done");

    private static void CheckPlanned(RunRow current, ApplyRunPlanRequest request)
    {
        if (!request.Force && request.Plan.CurrentResource?.Id != current.Id)
            throw ApiError.Bad("Failed to apply plan. Resource has been changed. Try again or use force apply.");
    }

    private static List<Guid> Override(GantryDb db, ChangeSet changes, RunRow current, ApplyRunPlanRequest request, Caller caller, DateTimeOffset now)
    {
        if (IsActive(current))
            throw ApiError.Bad($"Cannot override active run {current.Name}. Nothing was changed. Stop the run first.");
        CheckPlanned(current, request);
        var jobs = Delete(db, changes, current, caller.User.Id, now);
        // The name is unique among what is not deleted: it has to be free before it is taken.
        db.SaveChanges();
        return jobs;
    }

    private static string? Name(RunSpec spec) => spec.RunName ?? spec.Configuration.Name;

    private static string FreeName(GantryDb db, Guid projectId)
    {
        while (true)
        {
            var name = RunNames.Next(Random.Shared);
            if (!db.Runs.Any(run => run.ProjectId == projectId && run.Name == name && run.DeletedAt == null))
                return name;
        }
    }
}

using System.Text.Json;
using Gantry.Engine.Placement;
using Gantry.Model.Api;
using Gantry.Server.Auth;
using Gantry.Server.Changes;
using Gantry.Server.Reconcilers;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Api;

/// <summary><c>runs/…</c>.</summary>
internal sealed class RunEndpoints(Ledger ledger, RunTransitions transitions, RunSubmission submission, RunQueries queries)
{
    private const int MaxNames = 1000;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/runs/list", ListAsync).Requires(Access.User);
        var project = routes.MapGroup("/api/project/{project_name}/runs").Requires(Access.ProjectMember);
        project.MapPost("/get", GetAsync);
        project.MapPost("/get_plan", GetPlanAsync);
        project.MapPost("/apply", ApplyAsync);
        project.MapPost("/stop", StopAsync);
        project.MapPost("/delete", DeleteAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.ListRunsRequest);
        if (request.Limit is < 0 or > 100)
            throw ApiError.Unprocessable([("value_error", ["body", "limit"], $"limit is {request.Limit}; allowed is 0 to 100.")]);
        if (request.JobSubmissionsLimit is < 0 or > 10)
            throw ApiError.Unprocessable([("value_error", ["body", "job_submissions_limit"], $"job_submissions_limit is {request.JobSubmissionsLimit}; allowed is 0 to 10.")]);
        var caller = context.Caller();
        var page = ledger.Read(db => queries.List(db, request, VisibleProjects(db, caller)));
        await context.WriteAsync(json =>
        {
            json.WriteStartArray();
            foreach (var run in page.Runs)
                page.Write(json, run, request.IncludeJobs, request.JobSubmissionsLimit);
            json.WriteEndArray();
        });
    }

    private static List<Guid>? VisibleProjects(GantryDb db, Caller caller) =>
        caller.IsGlobalAdmin ? null : [.. db.Members.Where(member => member.UserId == caller.User.Id).Select(member => member.ProjectId)];

    private async Task GetAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.GetRunRequest);
        var project = context.Project();
        await WriteRunAsync(context, db =>
            request.Id is { } id ? db.Runs.FirstOrDefault(run => run.Id == id && run.ProjectId == project.Id)
            : request.RunName is { } name ? RunQueries.Find(db, project.Id, name)
            : throw ApiError.Unprocessable([("missing", ["body", "run_name"], "Either run_name or id is needed.")]));
    }

    private async Task GetPlanAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.GetRunPlanRequest);
        var plan = await submission.PlanAsync(request.RunSpec, context.Project(), Scope(request.FullOffers, request.UnallocatedResources), context.RequestAborted);
        await context.WriteAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("project_name", context.Project().Name);
            json.WriteString("user", context.Caller().User.Name);
            json.WritePropertyName("run_spec");
            JsonSerializer.Serialize(json, request.RunSpec, ApiJson.Default.RunSpec);
            json.WritePropertyName("effective_run_spec");
            JsonSerializer.Serialize(json, plan.Definition.Spec, ApiJson.Default.RunSpec);
            json.WriteStartArray("job_plans");
            foreach (var job in plan.Jobs)
                JsonSerializer.Serialize(json, job with { Offers = [.. job.Offers.Take(request.MaxOffers ?? int.MaxValue)] }, ApiJson.Default.JobPlan);
            json.WriteEndArray();
            json.WritePropertyName("current_resource");
            if (plan.Current is { } current)
                current.Write(json, current.Runs[0], withJobs: true, submissionsLimit: null);
            else
                json.WriteNullValue();
            json.WriteString("action", plan.Action);
            json.WriteEndObject();
        });
    }

    /// <summary>What of a host is offered. Both wishes together are what no job has now: a whole host that is taken is none.</summary>
    public static OfferScope Scope(bool full, bool unallocated) => unallocated ? OfferScope.Unallocated : full ? OfferScope.Whole : OfferScope.Part;

    private async Task ApplyAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.ApplyRunPlanRequest);
        var page = await submission.SubmitAsync(request, context.Project(), context.Caller(), context.RequestAborted);
        await context.WriteAsync(json => page.Write(json, page.Runs[0], withJobs: true, submissionsLimit: null));
    }

    private Task WriteRunAsync(HttpContext context, Func<GantryDb, RunRow?> find)
    {
        var page = ledger.Read(db => find(db) is { } run ? queries.Complete(db, [run]) : throw ApiError.RunNotFound());
        return context.WriteAsync(json => page.Write(json, page.Runs[0], withJobs: true, submissionsLimit: null));
    }

    private async Task StopAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.StopRunsRequest);
        var (project, actor) = (context.Project(), context.Caller().User.Id);
        CheckNames(request.RunsNames);
        await ledger.CommitAsync(
            (db, changes) =>
            {
                // Every name is looked up before anything changes: a wrong one leaves all as it was.
                foreach (var run in FindAll(db, project.Id, request.RunsNames))
                    transitions.Stop(db, changes, run, request.Abort, actor, ledger.Now);
            },
            context.RequestAborted);
        await context.WriteNullAsync();
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.DeleteRunsRequest);
        var (project, actor) = (context.Project(), context.Caller().User.Id);
        CheckNames(request.RunsNames);
        var jobs = await ledger.CommitAsync(
            (db, changes) =>
            {
                var runs = FindAll(db, project.Id, request.RunsNames);
                var active = runs.Where(run => run.Status is not ("terminated" or "failed" or "done")).Select(run => run.Name).ToList();
                if (active.Count > 0)
                    throw ApiError.Bad($"Cannot delete unfinished runs: {string.Join(", ", active)}. Nothing was deleted. Stop them first.");
                return runs.SelectMany(run => RunSubmission.Delete(db, changes, run, actor, ledger.Now)).ToList();
            },
            context.RequestAborted);
        submission.DeleteLogs(jobs);
        await context.WriteNullAsync();
    }

    private static void CheckNames(IReadOnlyList<string> names)
    {
        if (names.Count > MaxNames)
            throw ApiError.Bad($"{names.Count} runs are named; at most {MaxNames} can be at once. Nothing was changed.");
    }

    private static List<RunRow> FindAll(GantryDb db, Guid projectId, IReadOnlyList<string> names)
    {
        var distinct = names.Distinct(StringComparer.Ordinal).ToList();
        var runs = db.Runs.Where(run => run.ProjectId == projectId && distinct.Contains(run.Name) && run.DeletedAt == null).ToList();
        var missing = distinct.Except(runs.Select(run => run.Name), StringComparer.Ordinal).ToList();
        return missing.Count == 0 ? runs : throw ApiError.RunNotFound();
    }
}

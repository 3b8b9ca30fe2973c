using Gantry.Model.Api;
using Gantry.Server.Auth;
using Gantry.Server.Changes;
using Gantry.Server.Fleets;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Api;

/// <summary><c>fleets/…</c> and <c>instances/…</c>.</summary>
internal sealed class FleetEndpoints(Ledger ledger, FleetSubmission submission, FleetQueries queries)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/fleets/list", ListAllAsync).Requires(Access.User);
        routes.MapPost("/api/instances/list", ListInstancesAsync).Requires(Access.User);
        var fleets = routes.MapGroup("/api/project/{project_name}/fleets").Requires(Access.ProjectMember);
        fleets.MapPost("/list", ListAsync);
        fleets.MapPost("/get", GetAsync);
        fleets.MapPost("/get_plan", GetPlanAsync);
        fleets.MapPost("/apply", ApplyAsync);
        fleets.MapPost("/delete", DeleteAsync);
        fleets.MapPost("/delete_instances", DeleteInstancesAsync);
        routes.MapPost("/api/project/{project_name}/instances/get", GetInstanceAsync).Requires(Access.ProjectMember);
        routes.MapPost("/api/project/{project_name}/instances/get_instance_health_checks", GetHealthChecksAsync).Requires(Access.ProjectMember);
    }

    private async Task ListAllAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.ListFleetsRequest);
        Listings.CheckLimit(request.Limit, 100);
        var caller = context.Caller();
        await context.WriteAsync(
            ledger.Read(db =>
            {
                var rows = db.Fleets.AsQueryable();
                if (Listings.Projects(db, caller, request.ProjectName is { } name ? [name] : null) is { } projects)
                    rows = rows.Where(row => projects.Contains(row.ProjectId));
                if (request.OnlyActive)
                    rows = rows.Where(row => row.DeletedAt == null);
                if (request.PrevCreatedAt is { } time)
                {
                    var id = request.PrevId ?? (request.Ascending ? Guid.AllBitsSet : Guid.Empty);
                    rows = request.Ascending
                        ? rows.Where(row => row.CreatedAt > time || (row.CreatedAt == time && row.Id.CompareTo(id) > 0))
                        : rows.Where(row => row.CreatedAt < time || (row.CreatedAt == time && row.Id.CompareTo(id) < 0));
                }
                rows = request.Ascending ? rows.OrderBy(row => row.CreatedAt).ThenBy(row => row.Id) : rows.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id);
                return queries.Describe(db, [.. rows.Take(request.Limit)]);
            }),
            ApiJson.Default.IReadOnlyListFleet);
    }

    private async Task ListAsync(HttpContext context)
    {
        await context.ReadAsync(ApiJson.Default.ListProjectFleetsRequest);
        var project = context.Project().Id;
        await context.WriteAsync(
            ledger.Read(db => queries.Describe(db, [.. db.Fleets.Where(row => row.ProjectId == project && row.DeletedAt == null).OrderByDescending(row => row.CreatedAt).ThenBy(row => row.Id)])),
            ApiJson.Default.IReadOnlyListFleet);
    }

    private async Task GetAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.GetFleetRequest);
        var project = context.Project().Id;
        await WriteAsync(context, db =>
            request.Id is { } id ? db.Fleets.SingleOrDefault(row => row.Id == id && row.ProjectId == project)
            : request.Name is { } name ? FleetSubmission.Find(db, project, name)
            : throw ApiError.Unprocessable([("missing", ["body", "name"], "Either name or id is needed.")]));
    }

    private async Task GetPlanAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.GetFleetPlanRequest);
        FleetSubmission.Check(request.Spec);
        var project = context.Project();
        var current = ledger.Read(db => request.Spec.Fleet.Name is { } name && FleetSubmission.Find(db, project.Id, name) is { } row ? queries.Describe(db, [row])[0] : null);
        await context.WriteAsync(
            new FleetPlan
            {
                ProjectName = project.Name,
                User = context.Caller().User.Name,
                // As it came, with the keys: dstack's client applies what it gets back here.
                Spec = request.Spec,
                EffectiveSpec = FleetSubmission.Public(request.Spec),
                CurrentResource = current,
                Offers = [],
                TotalOffers = 0,
                Action = current is null ? "create" : "update",
            },
            ApiJson.Default.FleetPlan);
    }

    private async Task ApplyAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.ApplyFleetPlanRequest);
        var id = await submission.ApplyAsync(request, context.Project(), context.Caller(), context.RequestAborted);
        await WriteAsync(context, db => db.Fleets.Find(id));
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.DeleteFleetsRequest);
        await submission.DeleteAsync(request.Names, context.Project(), context.Caller(), context.RequestAborted);
        await context.WriteNullAsync();
    }

    private async Task DeleteInstancesAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.DeleteFleetInstancesRequest);
        await submission.DeleteInstancesAsync(request, context.Project(), context.Caller(), context.RequestAborted);
        await context.WriteNullAsync();
    }

    private async Task ListInstancesAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.ListInstancesRequest);
        Listings.CheckLimit(request.Limit, 1000);
        var caller = context.Caller();
        await context.WriteAsync(
            ledger.Read(db =>
            {
                var rows = db.Instances.Where(row => row.FleetId != null);
                if (Listings.Projects(db, caller, request.ProjectNames) is { } projects)
                    rows = rows.Where(row => projects.Contains(row.ProjectId!.Value));
                if (request.FleetIds is { } fleets)
                    rows = rows.Where(row => fleets.Contains(row.FleetId!.Value));
                if (request.OnlyActive)
                    rows = rows.Where(row => row.DeletedAt == null && row.Status != "terminated");
                if (request.PrevCreatedAt is { } time)
                {
                    var id = request.PrevId ?? (request.Ascending ? Guid.AllBitsSet : Guid.Empty);
                    rows = request.Ascending
                        ? rows.Where(row => row.CreatedAt > time || (row.CreatedAt == time && row.Id.CompareTo(id) > 0))
                        : rows.Where(row => row.CreatedAt < time || (row.CreatedAt == time && row.Id.CompareTo(id) < 0));
                }
                rows = request.Ascending ? rows.OrderBy(row => row.CreatedAt).ThenBy(row => row.Id) : rows.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id);
                return queries.Describe(db, (List<InstanceRow>)[.. rows.Take(request.Limit)]);
            }),
            ApiJson.Default.IReadOnlyListInstance);
    }

    private async Task GetInstanceAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.GetInstanceRequest);
        var project = context.Project().Id;
        await context.WriteAsync(
            ledger.Read(db => db.Instances.SingleOrDefault(row => row.Id == request.Id && row.ProjectId == project) is { } row
                ? queries.Describe(db, (List<InstanceRow>)[row])[0]
                : throw ApiError.Missing("Instance not found")),
            ApiJson.Default.Instance);
    }

    private async Task GetHealthChecksAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.GetInstanceHealthChecksRequest);
        Listings.CheckLimit(request.Limit ?? 0, 1000);
        var project = context.Project().Id;
        var checks = ledger.Read(db =>
        {
            var fleet = FleetSubmission.Find(db, project, request.FleetName) ?? throw FleetSubmission.NotFound();
            var row = db.Instances.SingleOrDefault(row => row.FleetId == fleet.Id && row.InstanceNum == request.InstanceNum && row.DeletedAt == null) ?? throw ApiError.Missing("Instance not found");
            return FleetQueries.HealthChecks(row, fleet);
        });
        var wanted = checks.Where(check => !(check.CollectedAt <= request.After) && !(check.CollectedAt >= request.Before));
        await context.WriteAsync(new GetInstanceHealthChecksResponse([.. request.Limit is > 0 and var most ? wanted.Take(most) : wanted]), ApiJson.Default.GetInstanceHealthChecksResponse);
    }

    private Task WriteAsync(HttpContext context, Func<GantryDb, FleetRow?> find) => context.WriteAsync(
        ledger.Read(db => queries.Describe(db, (List<FleetRow>)[find(db) ?? throw FleetSubmission.NotFound()])[0]), ApiJson.Default.Fleet);
}

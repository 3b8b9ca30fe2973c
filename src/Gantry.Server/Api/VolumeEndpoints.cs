using Gantry.Model.Api;
using Gantry.Server.Auth;
using Gantry.Server.Changes;
using Gantry.Server.Volumes;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Api;

/// <summary><c>volumes/…</c>.</summary>
internal sealed class VolumeEndpoints(Ledger ledger, VolumeSubmission submission, VolumeQueries queries)
{
    private const int MostListed = 100;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/volumes/list", ListAllAsync).Requires(Access.User);
        var volumes = routes.MapGroup("/api/project/{project_name}/volumes").Requires(Access.ProjectMember);
        volumes.MapPost("/list", ListAsync);
        volumes.MapPost("/get", GetAsync);
        volumes.MapPost("/create", CreateAsync);
        volumes.MapPost("/delete", DeleteAsync);
    }

    private async Task ListAllAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.ListVolumesRequest);
        Listings.CheckLimit(request.Limit, MostListed);
        var caller = context.Caller();
        await WriteAsync(context, db =>
        {
            var rows = db.Volumes.AsQueryable();
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
            return (request.Ascending ? rows.OrderBy(row => row.CreatedAt).ThenBy(row => row.Id) : rows.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id)).Take(request.Limit);
        });
    }

    private Task ListAsync(HttpContext context)
    {
        var project = context.Project().Id;
        return WriteAsync(context, db => db.Volumes.Where(row => row.ProjectId == project && row.DeletedAt == null).OrderByDescending(row => row.CreatedAt).ThenBy(row => row.Id));
    }

    private async Task GetAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.GetVolumeRequest);
        var project = context.Project().Id;
        await WriteAsync(context, db => VolumeSubmission.Find(db, project, request.Name) ?? throw ApiError.NotExists());
    }

    private async Task CreateAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.CreateVolumeRequest);
        var id = await submission.CreateAsync(request.Configuration, context.Project(), context.Caller(), context.RequestAborted);
        await WriteAsync(context, db => db.Volumes.Find(id)!);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.DeleteVolumesRequest);
        await submission.DeleteAsync(request.Names, context.Project(), context.Caller(), context.RequestAborted);
        await context.WriteNullAsync();
    }

    private Task WriteAsync(HttpContext context, Func<GantryDb, IQueryable<VolumeRow>> rows) => context.WriteAsync(
        ledger.Read(db => queries.Describe(db, [.. rows(db)], IsDstacks(context))), ApiJson.Default.IReadOnlyListVolume);

    private Task WriteAsync(HttpContext context, Func<GantryDb, VolumeRow> row) => context.WriteAsync(
        ledger.Read(db => queries.Describe(db, [row(db)], IsDstacks(context))[0]), ApiJson.Default.Volume);

    // dstack's clients say their version, and fail at a volume of a backend that they do not know.
    private static bool IsDstacks(HttpContext context) => context.Request.Headers.ContainsKey("X-API-VERSION");
}

using Gantry.Engine.Placement;
using Gantry.Model.Api;
using Gantry.Server.Auth;

namespace Gantry.Server.Api;

/// <summary><c>gpus/…</c>: what GPUs there are for a run.</summary>
internal sealed class GpuEndpoints(RunSubmission submission)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/project/{project_name}/gpus/list", ListAsync).Requires(Access.ProjectMember);

    private async Task ListAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.ListGpusRequest);
        var by = request.GroupBy ?? [];
        if (by.FirstOrDefault(key => !GpuGroups.Keys.Contains(key)) is { } unknown)
            throw ApiError.Unprocessable([("literal_error", ["body", "group_by"], $"group_by is {unknown}; allowed is {string.Join(", ", GpuGroups.Keys)}.")]);
        if (by.Contains("region") && !by.Contains("backend"))
            throw ApiError.Bad("group_by has region without backend. Add backend.");
        var plan = await submission.PlanAsync(
            request.RunSpec, context.Project(), RunEndpoints.Scope(request.FullOffers, request.UnallocatedResources), context.RequestAborted);
        await context.WriteAsync(new ListGpusResponse(GpuGroups.Of(plan.Jobs[0].Offers, [.. by])), ApiJson.Default.ListGpusResponse);
    }
}

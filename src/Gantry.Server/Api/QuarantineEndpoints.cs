using Gantry.Model.Api;
using Gantry.Server.Agents;
using Gantry.Server.Auth;

namespace Gantry.Server.Api;

/// <summary>Jobs that run for nobody that the database knows: to look at, and to end on someone's word.</summary>
internal sealed class QuarantineEndpoints(Quarantine quarantine, AgentHub hub)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/quarantine/list", context => context.WriteAsync(quarantine.List(), ApiJson.Default.IReadOnlyListQuarantinedJob)).Requires(Access.GlobalAdmin);
        routes.MapPost("/api/quarantine/stop", StopAsync).Requires(Access.GlobalAdmin);
    }

    private async Task StopAsync(HttpContext context)
    {
        var request = await context.ReadAsync(ApiJson.Default.StopQuarantinedRequest);
        var unknown = request.JobIds.Where(id => quarantine.Find(id) is null).ToList();
        if (unknown.Count > 0)
            throw ApiError.Bad([.. unknown.Select(id => $"No quarantined job {id}. Nothing was stopped.")]);
        var unreached = request.JobIds.Where(id => !hub.StopQuarantined(id)).ToList();
        if (unreached.Count > 0)
            throw ApiError.Bad([.. unreached.Select(id => $"The host of job {id} is not connected; try again once it is.")]);
        await context.WriteNullAsync();
    }
}

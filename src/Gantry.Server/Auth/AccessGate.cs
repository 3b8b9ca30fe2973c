using Gantry.Server.Api;
using Gantry.Server.Hosting;
using Gantry.Storage.Rows;
using Microsoft.AspNetCore.Http.Features;

namespace Gantry.Server.Auth;

/// <summary>Checks, before any endpoint runs, who calls and whether they may.</summary>
internal sealed class AccessGate(RequestDelegate next, AccessLookup lookup, Readiness readiness)
{
    public async Task InvokeAsync(HttpContext context)
    {
        // 404 and 405 are endpoints of the router's own, without a mark: nothing runs behind them.
        var access = (context.GetEndpoint() as RouteEndpoint)?.Metadata.GetMetadata<AccessMark>()?.Access;
        if (context.GetEndpoint() is not RouteEndpoint || access == Access.Anyone)
        {
            await next(context);
            return;
        }
        ClientVersion.Check(context);
        await readiness.WaitAsync(context.RequestAborted);
        var caller = Authenticate(context);
        context.Features.Set(caller);
        switch (access)
        {
            case Access.User:
                break;
            case Access.GlobalAdmin when caller.IsGlobalAdmin:
                break;
            case Access.ProjectMember or Access.ProjectReader:
                context.Features.Set(FindProject(context, caller, access.Value));
                break;
            default:
                throw ApiError.AccessDenied();
        }
        await next(context);
    }

    private Caller Authenticate(HttpContext context)
    {
        const string scheme = "Bearer ";
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) || header.Length == scheme.Length)
            throw ApiError.NotAuthenticated();
        var token = header[scheme.Length..].Trim();
        return lookup.User(Caller.Hash(token)) is { Active: true } user ? new Caller(user, token) : throw ApiError.InvalidToken();
    }

    private ProjectRow FindProject(HttpContext context, Caller caller, Access access)
    {
        if (lookup.Project((string)context.Request.RouteValues["project_name"]!, caller.User.Id) is not var (project, isMember))
            throw ApiError.NotFound();
        var mayRead = access == Access.ProjectReader && project.IsPublic;
        return isMember || caller.IsGlobalAdmin || mayRead ? project : throw ApiError.AccessDenied();
    }
}

internal static class CallerFeatures
{
    public static Caller Caller(this HttpContext context) => context.Features.GetRequiredFeature<Caller>();

    public static ProjectRow Project(this HttpContext context) => context.Features.GetRequiredFeature<ProjectRow>();
}

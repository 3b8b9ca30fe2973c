using Gantry.Server.Auth;
using Gantry.Server.Hosting;

namespace Gantry.Server.Api;

/// <summary>Whether the server lives (<c>/healthz</c>) and serves (<c>/readyz</c>). They tell nothing that is secret.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, Readiness readiness)
    {
        routes.MapGet("/healthz", context => context.WriteAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("status", "ok");
            json.WriteString("version", BuildInfo.Version);
            json.WriteString("build", BuildInfo.Build);
            json.WriteNumber("pid", Environment.ProcessId);
            json.WriteEndObject();
        })).Requires(Access.Anyone);
        routes.MapGet("/readyz", context =>
        {
            context.Response.StatusCode = readiness.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            return context.WriteAsync(json =>
            {
                json.WriteStartObject();
                json.WriteString("status", readiness.IsReady ? "ready" : "starting");
                json.WriteEndObject();
            });
        }).Requires(Access.Anyone);
        routes.MapGet("/healthcheck", context => context.WriteAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("status", "running");
            json.WriteEndObject();
        })).Requires(Access.Anyone);
    }
}

using Gantry.Server.Auth;
using Gantry.Server.Hosting;

namespace Gantry.Server.Api;

/// <summary>Whether the server lives (<c>/healthz</c>) and serves (<c>/readyz</c>). They tell nothing that is secret.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
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
        // The server listens only after its database is migrated and open: who gets an answer is served.
        routes.MapGet("/readyz", context => context.WriteAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("status", "ready");
            json.WriteEndObject();
        })).Requires(Access.Anyone);
        routes.MapGet("/healthcheck", context => context.WriteAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("status", "running");
            json.WriteEndObject();
        })).Requires(Access.Anyone);
    }
}

using Gantry.Migrations;
using Gantry.Server.Api;
using Gantry.Server.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Gantry.Server.Upgrade;

/// <summary>
/// What runs in place of the server when its database could not be brought to this build's schema and <c>--hold</c> was given: it reads and
/// changes nothing, answers 503 to every call, and tells at <c>/healthz</c> why. Who restarts a process that ended would otherwise try the
/// same upgrade again and again, and the reason would be lost in a log.
/// </summary>
internal sealed class HeldServer : IAsyncDisposable
{
    private readonly WebApplication web;

    private HeldServer(WebApplication web)
    {
        this.web = web;
        Url = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public string Url { get; }

    public static async Task<HeldServer> StartAsync(ServerOptions options, ServerHome home, MigrationException failure)
    {
        var web = WebBuilder.Create(options, home).Build();
        web.Run(context => context.Request.Path == "/healthz" ? TellWhyAsync(context, failure) : RefuseAsync(context));
        await web.StartAsync();
        var held = new HeldServer(web);
        home.Publish(new ServerAddress(held.Url, Environment.ProcessId, BuildInfo.Build, BuildInfo.Version));
        return held;
    }

    public Task WaitForShutdownAsync() => web.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        await web.StopAsync();
        await web.DisposeAsync();
    }

    private static Task TellWhyAsync(HttpContext context, MigrationException failure)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return context.WriteAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("status", "held");
            json.WriteString("version", BuildInfo.Version);
            json.WriteString("build", BuildInfo.Build);
            json.WriteNumber("pid", Environment.ProcessId);
            json.WriteString("reason", failure.Failure.ToString());
            json.WriteString("migration", failure.Migration);
            json.WriteString("message", failure.Message);
            json.WriteEndObject();
        });
    }

    private static Task RefuseAsync(HttpContext context) => ErrorReplies.WriteAsync(context, ApiError.Unavailable(
        "The server holds: its database could not be upgraded. Nothing is served and nothing is changed; jobs that run go on. GET /healthz tells why; "
        + "put that right, then restart the server."));
}

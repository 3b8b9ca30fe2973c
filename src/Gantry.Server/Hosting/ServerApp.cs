using Gantry.Server.Agents;
using Gantry.Server.Api;
using Gantry.Server.Auth;
using Gantry.Server.Changes;
using Gantry.Server.Content;
using Gantry.Server.Fleets;
using Gantry.Server.Metrics;
using Gantry.Server.Reconcilers;
using Gantry.Server.Secrets;
using Gantry.Storage;
using Gantry.Storage.Logs;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Gantry.Server.Hosting;

/// <summary>A running server: the one place where the parts are put together.</summary>
internal sealed class ServerApp : IAsyncDisposable
{
    private readonly GantryStore store;
    private readonly SegmentLogStore logs;

    private ServerApp(WebApplication web, GantryStore store, SegmentLogStore logs, string? newAdminToken)
    {
        (Web, this.store, this.logs, NewAdminToken) = (web, store, logs, newAdminToken);
        Url = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public WebApplication Web { get; }

    public string Url { get; }

    /// <summary>The admin's token when this start made it.</summary>
    public string? NewAdminToken { get; }

    /// <summary>Brings the database to this build's schema, listens, and takes every unfinished run on. No call is served before all of that went well.</summary>
    public static async Task<ServerApp> StartAsync(ServerOptions options, ServerHome home)
    {
        var token = home.AdminToken(options.Token);
        var store = await GantryStore.OpenAsync(home.DatabasePath, TimeProvider.System, options.Upgrade);
        var logs = new SegmentLogStore(home.LogsDirectory, TimeProvider.System);
        try
        {
            var web = Build(options, home, store, logs, token);
            await web.StartAsync();
            await web.Services.GetRequiredService<Readiness>().WaitAsync(CancellationToken.None);
            var app = new ServerApp(web, store, logs, token.IsNew ? token.Value : null);
            home.Publish(new ServerAddress(app.Url, Environment.ProcessId, BuildInfo.Build, BuildInfo.Version));
            return app;
        }
        catch
        {
            await logs.DisposeAsync();
            await store.DisposeAsync();
            throw;
        }
    }

    public Task WaitForShutdownAsync() => Web.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        await Web.StopAsync();
        await Web.DisposeAsync();
        await logs.DisposeAsync();
        await store.DisposeAsync();
    }

    private static WebApplication Build(
        ServerOptions options, ServerHome home, GantryStore store, SegmentLogStore logs, AdminToken token)
    {
        var builder = WebBuilder.Create(options, home);
        builder.Services
            .AddSingleton(TimeProvider.System).AddSingleton(store).AddSingleton<ILogStore>(logs).AddSingleton(token)
            .AddSingleton<ChangeFeed>().AddSingleton<IdleMemory>().AddSingleton<Ledger>().AddSingleton<ServerIdentity>().AddSingleton<FirstStart>().AddSingleton<Readiness>()
            .AddSingleton<RunDefinitions>().AddSingleton<AttachedClients>().AddSingleton<RunPresence>().AddSingleton<RunTransitions>().AddSingleton<HostViews>().AddSingleton<Quarantine>()
            .AddSingleton<LogIntake>().AddSingleton(services => new MetricStore(home, TimeProvider.System, services.GetRequiredService<ILogger<MetricStore>>())).AddSingleton<WantedSet>().AddSingleton<Observations>().AddSingleton<RunSubmission>().AddSingleton<Names>().AddSingleton<RunQueries>().AddSingleton<AccessLookup>()
            .AddSingleton(services => new LocalAgent(home.AgentSpool, TimeProvider.System, services.GetRequiredService<ILogger<LocalAgent>>()))
            .AddContent(home).AddSingleton<AgentStreams>().AddSingleton<AgentHub>().AddSingleton<DeadlineClock>().AddSingleton<Scheduler>().AddHostedService<Reconciling>();
        builder.Services.AddSingleton<HostLeases>().AddSingleton<LeaseWatch>().AddSingleton<UtilizationWatch>().AddSingleton<HistorySweep>();
        builder.Services
            .AddSingleton(_ => KeyRing.Open(home, Environment.GetEnvironmentVariable)).AddSingleton<Sealer>().AddSingleton(home).AddSingleton(options)
            .AddSingleton(_ => new AgentFiles(AppContext.BaseDirectory, Environment.GetEnvironmentVariable(AgentFiles.Variable))).AddSingleton<HostInstaller>()
            .AddSingleton<HostFloor>().AddSingleton<FleetKeeper>().AddSingleton<FleetSubmission>().AddSingleton<FleetQueries>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        var web = builder.Build();
        Map(web);
        return web;
    }

    /// <summary>The request's way: errors become replies, the caller is checked, then the endpoint runs.</summary>
    private static void Map(WebApplication web)
    {
        web.UseMiddleware<ErrorReplies>();
        web.UseRouting();
        web.UseWebSockets();
        web.UseMiddleware<AccessGate>();
        HealthEndpoints.Map(web, web.Services.GetRequiredService<Readiness>());
        ActivatorUtilities.CreateInstance<UserEndpoints>(web.Services).Map(web);
        ActivatorUtilities.CreateInstance<RunEndpoints>(web.Services).Map(web);
        ActivatorUtilities.CreateInstance<GpuEndpoints>(web.Services).Map(web);
        ActivatorUtilities.CreateInstance<MetricEndpoints>(web.Services).Map(web);
        ActivatorUtilities.CreateInstance<FollowEndpoint>(web.Services).Map(web);
        ActivatorUtilities.CreateInstance<FleetEndpoints>(web.Services).Map(web);
        ActivatorUtilities.CreateInstance<StreamEndpoints>(web.Services).Map(web);
        ActivatorUtilities.CreateInstance<LogEndpoints>(web.Services).Map(web);
        ActivatorUtilities.CreateInstance<EventEndpoints>(web.Services).Map(web);
        ActivatorUtilities.CreateInstance<FileEndpoints>(web.Services).Map(web);
        ActivatorUtilities.CreateInstance<QuarantineEndpoints>(web.Services).Map(web);
    }
}

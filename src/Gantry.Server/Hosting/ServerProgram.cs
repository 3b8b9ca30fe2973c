using Gantry.Server.Agents;
using Gantry.Server.Api;
using Gantry.Server.Auth;
using Gantry.Server.Changes;
using Gantry.Server.Reconcilers;
using Gantry.Storage;
using Gantry.Storage.Logs;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Gantry.Server.Hosting;

/// <summary>The server from its command line to its end: the one place where the parts are put together.</summary>
internal static class ServerProgram
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["--version"])
        {
            Console.WriteLine(BuildInfo.Version);
            return ServerExitCodes.Ok;
        }
        if (args is ["--help"] or ["-h"])
        {
            Console.WriteLine(ServerOptions.Usage);
            return ServerExitCodes.Ok;
        }
        var (options, error) = ServerOptions.Parse(args, Environment.GetEnvironmentVariable);
        if (options is null)
        {
            await Console.Error.WriteLineAsync($"{error}\n\n{ServerOptions.Usage}");
            return ServerExitCodes.Usage;
        }
        using var home = new ServerHome(options.Home);
        if (!home.TryLock())
        {
            await Console.Error.WriteLineAsync($"Another server already runs on {options.Home}. Nothing was changed.");
            return ServerExitCodes.AlreadyRunning;
        }
        try
        {
            return await ServeAsync(options, home);
        }
        catch (Exception e) when (e is IOException or StoreFullException or Gantry.Migrations.MigrationException)
        {
            await Console.Error.WriteLineAsync($"The server cannot start: {e.Message}");
            return ServerExitCodes.CannotStart;
        }
    }

    private static async Task<int> ServeAsync(ServerOptions options, ServerHome home)
    {
        var (token, isNew) = home.AdminToken(options.Token);
        await using var store = await GantryStore.OpenAsync(home.DatabasePath, TimeProvider.System);
        await using var logs = new SegmentLogStore(home.LogsDirectory);
        var feed = new ChangeFeed();
        var ledger = new Ledger(store, feed, TimeProvider.System);
        var identity = await FirstStart.PrepareAsync(ledger, token, CancellationToken.None);

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = home.ServerDirectory, Args = [] });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders().SetMinimumLevel(options.LogLevel).AddFilter("Microsoft", LogLevel.Warning)
            .AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 16 << 20;
            kestrel.Listen(Address(options.Host), options.Port);
        });
        builder.Services
            .AddSingleton(TimeProvider.System).AddSingleton(store).AddSingleton<ILogStore>(logs).AddSingleton(feed).AddSingleton(ledger).AddSingleton(identity)
            .AddSingleton<RunDefinitions>().AddSingleton<RunTransitions>().AddSingleton<HostViews>().AddSingleton<Quarantine>()
            .AddSingleton<LogIntake>().AddSingleton<WantedSet>().AddSingleton<Observations>().AddSingleton<RunSubmission>()
            .AddSingleton(services => new LocalAgent(home.AgentSpool, TimeProvider.System, services.GetRequiredService<ILogger<LocalAgent>>()))
            .AddSingleton<AgentHub>().AddSingleton<DeadlineClock>()
            .AddHostedService(services => services.GetRequiredService<DeadlineClock>())
            .AddHostedService<Scheduler>()
            .AddHostedService(services => services.GetRequiredService<AgentHub>());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));

        await using var app = builder.Build();
        Compose(app);
        await app.Services.GetRequiredService<DeadlineClock>().AdvanceAllAsync(CancellationToken.None);
        await app.StartAsync();
        var url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        home.Publish(new ServerAddress(url, Environment.ProcessId, BuildInfo.Build, BuildInfo.Version));
        if (!options.Embedded)
            await AnnounceAsync(url, isNew ? token : null);
        await app.WaitForShutdownAsync();
        return ServerExitCodes.Ok;
    }

    /// <summary>The request's way: errors become replies, the caller is checked, then the endpoint runs.</summary>
    public static void Compose(WebApplication app)
    {
        app.UseMiddleware<ErrorReplies>();
        app.UseRouting();
        app.UseMiddleware<AccessGate>();
        HealthEndpoints.Map(app);
        ActivatorUtilities.CreateInstance<UserEndpoints>(app.Services).Map(app);
        ActivatorUtilities.CreateInstance<RunEndpoints>(app.Services).Map(app);
        ActivatorUtilities.CreateInstance<FollowEndpoint>(app.Services).Map(app);
        ActivatorUtilities.CreateInstance<LogEndpoints>(app.Services).Map(app);
        ActivatorUtilities.CreateInstance<EventEndpoints>(app.Services).Map(app);
        ActivatorUtilities.CreateInstance<QuarantineEndpoints>(app.Services).Map(app);
    }

    private static async Task AnnounceAsync(string url, string? newToken)
    {
        await Console.Out.WriteLineAsync($"Gantry {BuildInfo.Version} serves at {url}");
        if (newToken is null)
            return;
        await Console.Out.WriteLineAsync($"The admin token is {newToken} (shown once; kept in the server's directory, file admin-token).");
        await Console.Out.WriteLineAsync($"Use it with: gantry project add --name main --url {url} --token TOKEN");
    }

    private static System.Net.IPAddress Address(string host) =>
        host == "localhost" ? System.Net.IPAddress.Loopback
        : System.Net.IPAddress.TryParse(host, out var address) ? address
        : throw new IOException($"--host: '{host}' is not an address to listen on; allowed are an IP address and 'localhost'.");
}

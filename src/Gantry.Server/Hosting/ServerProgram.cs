using Gantry.Migrations;
using Gantry.Server.Upgrade;
using Gantry.Storage;

namespace Gantry.Server.Hosting;

/// <summary>The server from its command line to its end.</summary>
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
            await using var app = await ServerApp.StartAsync(options, home);
            if (!options.Embedded)
                await AnnounceAsync(app);
            await app.WaitForShutdownAsync();
            return ServerExitCodes.Ok;
        }
        catch (MigrationException e) when (!options.Hold)
        {
            await Console.Error.WriteLineAsync($"The server cannot start: its database could not be upgraded. {e.Message}");
            return ServerExitCodes.UpgradeFailed;
        }
        catch (MigrationException e)
        {
            return await HoldAsync(options, home, e);
        }
        catch (Exception e) when (e is IOException or StoreFullException)
        {
            await Console.Error.WriteLineAsync($"The server cannot start: {e.Message}");
            return ServerExitCodes.CannotStart;
        }
    }

    private static async Task<int> HoldAsync(ServerOptions options, ServerHome home, MigrationException failure)
    {
        await using var held = await HeldServer.StartAsync(options, home, failure);
        await Console.Error.WriteLineAsync($"The server holds at {held.Url}: its database could not be upgraded. {failure.Message}");
        await held.WaitForShutdownAsync();
        return ServerExitCodes.UpgradeFailed;
    }

    private static async Task AnnounceAsync(ServerApp app)
    {
        await Console.Out.WriteLineAsync($"Gantry {BuildInfo.Version} serves at {app.Url}");
        if (app.NewAdminToken is not { } token)
            return;
        await Console.Out.WriteLineAsync($"The admin token is {token} (shown once; kept in the server's directory, file admin-token).");
        await Console.Out.WriteLineAsync($"Use it with: gantry project add --name main --url {app.Url} --token TOKEN");
    }
}

using System.Net;

namespace Gantry.Server.Hosting;

/// <summary>What every web server of this program has in common: where it listens, what it accepts, how it logs.</summary>
internal static class WebBuilder
{
    public static WebApplicationBuilder Create(ServerOptions options, ServerHome home)
    {
        // A content root of its own, no configuration files, and nobody who watches for them: every write to the database and the logs,
        // which lie in that directory, would wake the watcher.
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = home.ServerDirectory, Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders().SetMinimumLevel(options.LogLevel).AddFilter("Microsoft", LogLevel.Warning).AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 16 << 20;
            kestrel.Listen(Address(options.Host), options.Port);
        });
        return builder;
    }

    private static IPAddress Address(string host) =>
        host == "localhost" ? IPAddress.Loopback
        : IPAddress.TryParse(host, out var address) ? address
        : throw new IOException($"--host: '{host}' is not an address to listen on; allowed are an IP address and 'localhost'.");
}

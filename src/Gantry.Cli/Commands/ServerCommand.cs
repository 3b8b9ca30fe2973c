using System.CommandLine;
using System.Globalization;
using Gantry.Cli.Embedded;
using Gantry.Cli.Interop;
using Gantry.Client;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry server</c>: the server in the foreground; and the embedded one's state and end.</summary>
internal static class ServerCommand
{
    public static Command Build(Invocation invocation)
    {
        var host = new Option<string?>("--host") { Description = "Bind socket to this host. Defaults to 127.0.0.1", HelpName = "HOST" };
        var port = new Option<int?>("--port", "-p") { Description = "Bind socket to this port. Defaults to 3000", HelpName = "PORT" };
        var debug = new Option<bool>("--debug", "-d") { Description = "Enable debug logging level (same as -l debug)" };
        var level = new Option<string?>("--log-level", "-l") { Description = "Server logging level. Defaults to INFO", HelpName = "LOG_LEVEL" };
        var yes = Shared.Yes("Accepted for dstack's sake: the server asks nothing");
        var no = new Option<bool>("--no", "-n") { Description = "The same" };
        var token = new Option<string?>("--token") { Description = "The admin user token", HelpName = "TOKEN" };
        var upgrade = new Option<string?>("--upgrade") { Description = "When to upgrade the database: auto (at start) or never. Defaults to auto", HelpName = "WHEN" };
        upgrade.AcceptOnlyFromAmong("auto", "never");
        var hold = new Option<bool>("--hold") { Description = "When the upgrade fails, stay up, answer 503 and tell why at /healthz" };
        var command = new Command("server", "Start a server in the foreground")
        {
            host, port, debug, level, yes, no, token, upgrade, hold, Stop(invocation), Status(invocation),
        };
        HelpPage.SetEnding(command, """
            Examples:
              gantry server                    on 127.0.0.1:3000; prints its URL, and on its first start the admin's token
              gantry server --host 0.0.0.0 -p 8080 -l debug
              gantry server status             of the server of this home ($GANTRY_HOME, default ~/.gantry)
              gantry server stop               jobs go on: they belong to the agent

            Other commands start the embedded server by themselves when no project is configured.
            """);
        command.SetAction(parsed =>
        {
            // Not on the server's command line, where every user of the machine could read it.
            if (parsed.GetValue(token) is { } secret)
                Posix.SetEnvironment("GANTRY_ADMIN_TOKEN", secret, 1);
            return Become(invocation,
            [
                .. Pass("--host", parsed.GetValue(host)), .. Pass("--port", parsed.GetValue(port)?.ToString(CultureInfo.InvariantCulture)),
                .. Pass("--log-level", (parsed.GetValue(debug) ? "debug" : parsed.GetValue(level))?.ToLowerInvariant()),
                .. Pass("--upgrade", parsed.GetValue(upgrade)), .. parsed.GetValue(hold) ? ["--hold"] : Array.Empty<string>(),
            ]);
        });
        return command;
    }

    private static string[] Pass(string name, string? value) => value is null ? [] : [name, value];

    private static int Become(Invocation invocation, string[] options)
    {
        var folder = new ServerFolder(invocation.Home);
        if (folder.IsServerAlive)
            throw new CliException(ExitCodes.Failed, $"A server of {invocation.Home} runs already{Where(folder)}. Stop it first: gantry server stop");
        var executable = ServerLauncher.Executable;
        var reason = Posix.Become(executable, ["--home", invocation.Home, .. options]);
        throw new CliException(ExitCodes.Unreachable, $"{executable} cannot be run: {reason}");
    }

    private static Command Stop(Invocation invocation)
    {
        var stop = new Command("stop", "Stop the server of this home; jobs go on");
        stop.SetAction(async (_, cancellation) =>
        {
            var folder = new ServerFolder(invocation.Home);
            if (!folder.IsServerAlive)
            {
                invocation.Terminal.Print("No server of this home is running.");
                return ExitCodes.Ok;
            }
            var address = folder.ReadAddress()
                ?? throw new CliException(ExitCodes.Failed, $"The server of {invocation.Home} is starting and cannot be stopped yet. Try again, or see {folder.Log}");
            await new ServerLauncher(folder, invocation.Time).StopAsync(address, cancellation);
            invocation.Terminal.Print($"Stopped the server (process {address.Pid}). Its jobs go on; the next command starts it again.");
            return ExitCodes.Ok;
        });
        return stop;
    }

    private static Command Status(Invocation invocation)
    {
        var status = new Command("status", "Show whether the server of this home runs");
        status.SetAction(async (_, cancellation) =>
        {
            var folder = new ServerFolder(invocation.Home);
            if (!folder.IsServerAlive || folder.ReadAddress() is not { } address)
            {
                invocation.Terminal.Print(folder.IsServerAlive ? "The server is starting." : $"No server of {invocation.Home} is running.");
                return ExitCodes.Failed;
            }
            using var client = new GantryClient(new Uri(address.Url), null);
            var health = await client.GetHealthAsync(cancellation);
            var same = Cli.Build.Id is { } mine && health.Build != mine ? "; this command is of another build" : "";
            invocation.Terminal.Print($"Running at {address.Url} (process {address.Pid}, version {health.Version}, build {health.Build}{same}): {health.Status}");
            return ExitCodes.Ok;
        });
        return status;
    }

    private static string Where(ServerFolder folder) => folder.ReadAddress() is { } address ? $" at {address.Url} (process {address.Pid})" : "";
}

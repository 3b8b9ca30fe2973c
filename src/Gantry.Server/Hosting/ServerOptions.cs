using Gantry.Model.Link;
using Gantry.Model.Values;

namespace Gantry.Server.Hosting;

/// <summary>What the command line says.</summary>
internal sealed record ServerOptions
{
    public const string Usage = """
        Usage: gantry-server [--home DIR] [--host HOST] [--port N] [--token TOKEN] [--upgrade auto|never] [--hold] [--embedded] [--log-level LEVEL]
                             [--default-image IMAGE] [--lease DURATION]

          --home DIR         where the server keeps its database, logs and lock; default: $GANTRY_HOME or ~/.gantry
          --host HOST        address to listen on; default 127.0.0.1
          --port N           port to listen on, 0 for any free one; default 3000
          --token TOKEN      the admin's token; default: $GANTRY_ADMIN_TOKEN, else made on first start
          --upgrade WHEN     auto upgrades the database at start if need be; never leaves that to `gantry db upgrade`, and
                             refuses to start until it was done; default auto
          --hold             when the upgrade fails, stay up: answer 503 everywhere, and tell why at /healthz
          --embedded         started by the CLI for this machine: says nothing on standard output
          --default-image IMAGE
                             what jobs without an image run in on fleets; default: $GANTRY_DEFAULT_IMAGE, else ubuntu:24.04
          --lease DURATION   how long a fleet's host that is away keeps jobs that their run's policy retries on `interruption`: it ends
                             them then, and they are placed elsewhere; 5s to 7d, default: $GANTRY_LEASE, else 10m
          --log-level LEVEL  trace, debug, info, warning, error; default info
          --version          print the version and end
        """;

    public required string Home { get; init; }
    public string Host { get; init; } = "127.0.0.1";
    public int Port { get; init; } = 3000;
    public string? Token { get; init; }
    public bool Embedded { get; init; }

    /// <summary>Whether to bring an older database to this build's schema at start.</summary>
    public bool Upgrade { get; init; } = true;

    /// <summary>Whether to stay up, unready, when the database cannot be brought to this build's schema.</summary>
    public bool Hold { get; init; }
    /// <summary>What jobs without an image run in on the hosts of fleets.</summary>
    public string DefaultImage { get; init; } = "ubuntu:24.04";

    /// <summary>How long the leases are that hosts of fleets hold.</summary>
    public LeaseTerms Lease { get; init; } = new(LeaseTerms.Usual);

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Reads the command line; on a mistake, the sentence that says what is wrong.</summary>
    public static (ServerOptions? Options, string? Error) Parse(IReadOnlyList<string> args, Func<string, string?> environment)
    {
        var home = environment("GANTRY_HOME") is { Length: > 0 } fromEnvironment ? fromEnvironment : null;
        var options = new ServerOptions
        {
            Home = home ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".gantry"),
            Token = environment("GANTRY_ADMIN_TOKEN") is { Length: > 0 } token ? token : null,
        };
        if (environment("GANTRY_DEFAULT_IMAGE") is { Length: > 0 } image)
            options = options with { DefaultImage = image };
        if (environment("GANTRY_LEASE") is { Length: > 0 } lease)
        {
            if (ParseLease(lease) is not { } terms)
                return (null, $"GANTRY_LEASE: {LeaseMistake(lease)}");
            options = options with { Lease = terms };
        }
        for (var i = 0; i < args.Count; i++)
        {
            var (name, inline) = Split(args[i]);
            if (args[i] is "--embedded" or "--hold")
            {
                options = name == "--hold" ? options with { Hold = true } : options with { Embedded = true };
                continue;
            }
            if (name is not ("--home" or "--host" or "--port" or "--token" or "--log-level" or "--upgrade" or "--default-image" or "--lease"))
                return (null, $"Unknown option '{args[i]}'.");
            if ((inline ?? (++i < args.Count ? args[i] : null)) is not { Length: > 0 } value)
                return (null, $"Option {name} needs a value.");
            switch (name)
            {
                case "--home":
                    options = options with { Home = value };
                    break;
                case "--host":
                    options = options with { Host = value };
                    break;
                case "--default-image":
                    options = options with { DefaultImage = value };
                    break;
                case "--lease" when ParseLease(value) is { } terms:
                    options = options with { Lease = terms };
                    break;
                case "--lease":
                    return (null, $"--lease: {LeaseMistake(value)}");
                case "--token":
                    options = options with { Token = value };
                    break;
                case "--port" when int.TryParse(value, out var port) && port is >= 0 and <= 65535:
                    options = options with { Port = port };
                    break;
                case "--port":
                    return (null, $"--port: '{value}' is not a port; allowed is 0 to 65535.");
                case "--upgrade" when value is "auto" or "never":
                    options = options with { Upgrade = value == "auto" };
                    break;
                case "--upgrade":
                    return (null, $"--upgrade: '{value}' is not known; allowed are auto and never.");
                case "--log-level" when ParseLevel(value) is { } level:
                    options = options with { LogLevel = level };
                    break;
                default:
                    return (null, $"--log-level: '{value}' is not a level; allowed are trace, debug, info, warning, error.");
            }
        }
        return (options with { Home = Path.GetFullPath(options.Home) }, null);
    }

    private static LeaseTerms? ParseLease(string text) =>
        DurationText.Parse(text) is { Ok: true, Value: var length } && length >= LeaseTerms.Shortest && length <= LeaseTerms.Longest ? new LeaseTerms(length) : null;

    private static string LeaseMistake(string text) => $"'{text}' is no lease; allowed is {DurationText.Allowed}, from 5s to 7d.";

    private static (string Name, string? Value) Split(string arg) =>
        arg.StartsWith("--", StringComparison.Ordinal) && arg.IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? (arg[..at], arg[(at + 1)..]) : (arg, null);

    private static LogLevel? ParseLevel(string value) => value.ToUpperInvariant() switch
    {
        "TRACE" => LogLevel.Trace,
        "DEBUG" => LogLevel.Debug,
        "INFO" => LogLevel.Information,
        "WARN" or "WARNING" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        _ => null,
    };
}

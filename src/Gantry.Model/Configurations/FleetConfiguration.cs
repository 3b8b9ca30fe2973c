using Gantry.Model.Values;

namespace Gantry.Model.Configurations;

/// <summary>A <c>type: fleet</c>: hosts of one's own, reached by SSH. Property for property dstack's; a null means "not given".</summary>
public sealed record FleetConfiguration : Configuration
{
    /// <inheritdoc/>
    public override string Type => "fleet";
    /// <summary>Whether the hosts reach each other: <c>cluster</c> for runs of several nodes.</summary>
    public InstancePlacement? Placement { get; init; }
    /// <summary>Into how many blocks each host is divided; null is 1.</summary>
    public BlockCount? Blocks { get; init; }
    /// <summary>The hosts; null for a fleet of cloud instances.</summary>
    public SshConfig? SshConfig { get; init; }
    /// <summary>Environment variables of every job on the fleet; a null value must be given by the CLI's environment.</summary>
    public EnvironmentVariables Env { get; init; } = EnvironmentVariables.Empty;
    /// <summary>
    /// Gantry's own: the account that jobs without an image run as, as processes of the host. Null runs them in containers of the
    /// server's default image.
    /// </summary>
    public string? ProcessUser { get; init; }

    /// <summary>How many cloud instances.</summary>
    public FleetNodes? Nodes { get; init; }
    /// <summary>An existing reservation.</summary>
    public string? Reservation { get; init; }
    /// <summary>What each cloud instance must have.</summary>
    public ResourcesSpec? Resources { get; init; }
    /// <summary>Backends to consider.</summary>
    public IReadOnlyList<string>? Backends { get; init; }
    /// <summary>Regions to consider.</summary>
    public IReadOnlyList<string>? Regions { get; init; }
    /// <summary>Availability zones to consider.</summary>
    public IReadOnlyList<string>? AvailabilityZones { get; init; }
    /// <summary>Cloud instance types to consider.</summary>
    public IReadOnlyList<string>? InstanceTypes { get; init; }
    /// <summary>Spot, on demand, or either.</summary>
    public SpotPolicy? SpotPolicy { get; init; }
    /// <summary>When to try again.</summary>
    public RetrySpec? Retry { get; init; }
    /// <summary>Highest price, in dollars an hour.</summary>
    public double? MaxPrice { get; init; }
    /// <summary>How long an idle instance is kept.</summary>
    public DurationOrOff? IdleDuration { get; init; }
    /// <summary>Tags for cloud resources.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>How the instances of a fleet lie to each other.</summary>
public enum InstancePlacement
{
    /// <summary>Anyhow.</summary>
    Any,
    /// <summary>On one network.</summary>
    Cluster,
}

/// <summary>Into how many blocks a host is divided.</summary>
/// <param name="Count">From 1; null for <c>auto</c>: as many as it has GPUs, or CPUs where it has none.</param>
public readonly record struct BlockCount(int? Count)
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Allowed = "a whole number from 1, or auto";

    /// <summary>Reads <c>auto</c> or a number.</summary>
    public static Parsed<BlockCount> Parse(string text) =>
        text == "auto" ? Parsed.Ok(new BlockCount(null)) : WholeNumber.Parse(text, 1, int.MaxValue).Then(count => Parsed.Ok(new BlockCount(count)));
}

/// <summary>How many cloud instances a fleet has.</summary>
/// <param name="Min">At least.</param>
/// <param name="Target">At first.</param>
/// <param name="Max">At most; null for no limit.</param>
public sealed record FleetNodes(int Min, int Target, int? Max);

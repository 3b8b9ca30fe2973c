using System.Text.Json.Serialization;
using Gantry.Model.Values;

namespace Gantry.Model.Configurations;

/// <summary>A group of nodes of a task with its own size, resources and commands.</summary>
public sealed record NodeGroup
{
    /// <summary>The group's name; null is its index.</summary>
    public string? Name { get; init; }
    /// <summary>Number of nodes, from 1.</summary>
    public int Nodes { get; init; } = 1;
    /// <summary>What each node of the group needs.</summary>
    public ResourcesSpec Resources { get; init; } = ResourcesSpec.Default;
    /// <summary>The group's commands.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];
    /// <summary>The group's ports.</summary>
    public IReadOnlyList<PortMapping> Ports { get; init; } = [];
}

/// <summary>A port of the job and where to forward it: <c>8501</c>, <c>80:8501</c>, <c>*:8501</c>.</summary>
/// <param name="LocalPort">1 to 65535; null for any free one.</param>
/// <param name="ContainerPort">1 to 65535.</param>
public sealed record PortMapping(int? LocalPort, int ContainerPort);

/// <summary>Credentials of a private Docker registry.</summary>
public sealed record RegistryAuth(string Username, string Password);

/// <summary>Something mounted into the job: <see cref="VolumeMountPoint"/> or <see cref="InstanceMountPoint"/>.</summary>
[JsonConverter(typeof(MountPointJson))]
public abstract record MountPoint
{
    /// <summary>Absolute path in the job; of a volume also <c>./path</c>, which begins in the working directory.</summary>
    public required string Path { get; init; }
}

/// <summary>A network volume by name; several names mean "whichever is where the job lands".</summary>
public sealed record VolumeMountPoint : MountPoint
{
    /// <summary>One or more volume names.</summary>
    public required IReadOnlyList<string> Names { get; init; }
    /// <summary>Whether the names were written as a list (kept so that what is read is what is written).</summary>
    public bool IsList { get; init; }
}

/// <summary>A directory of the host.</summary>
public sealed record InstanceMountPoint : MountPoint
{
    /// <summary>Absolute path on the host.</summary>
    public required string InstancePath { get; init; }
    /// <summary>Whether the run may also go where instance volumes do not work.</summary>
    public bool Optional { get; init; }
}

/// <summary>A Git repository for the job: exactly one of <see cref="LocalPath"/> and <see cref="Url"/>.</summary>
public sealed record RepoSpec
{
    /// <summary>A local clone.</summary>
    public string? LocalPath { get; init; }
    /// <summary>A remote URL.</summary>
    public string? Url { get; init; }
    /// <summary>Branch to check out.</summary>
    public string? Branch { get; init; }
    /// <summary>Commit to check out.</summary>
    public string? Hash { get; init; }
    /// <summary>Where in the job; relative to the working directory.</summary>
    public string Path { get; init; } = ".";
    /// <summary>What to do when the path exists: <c>error</c> or <c>skip</c>.</summary>
    public RepoExistsAction IfExists { get; init; }
}

/// <summary>A local file or directory for the job.</summary>
public sealed record FilePathMapping(string LocalPath, string Path);

/// <summary>A named set of defaults of <c>.dstack/profiles.yml</c>.</summary>
[JsonConverter(typeof(ProfileJson))]
public sealed record Profile : IProfileParameters
{
    /// <summary>The profile's name.</summary>
    public string Name { get; init; } = "";
    /// <summary>Whether it is used when none is named.</summary>
    public bool Default { get; init; }
    /// <inheritdoc/>
    public IReadOnlyList<string>? Backends { get; init; }
    /// <inheritdoc/>
    public IReadOnlyList<string>? Regions { get; init; }
    /// <inheritdoc/>
    public IReadOnlyList<string>? AvailabilityZones { get; init; }
    /// <inheritdoc/>
    public IReadOnlyList<string>? InstanceTypes { get; init; }
    /// <inheritdoc/>
    public string? Reservation { get; init; }
    /// <inheritdoc/>
    public SpotPolicy? SpotPolicy { get; init; }
    /// <inheritdoc/>
    public RetrySpec? Retry { get; init; }
    /// <inheritdoc/>
    public DurationOrOff? MaxDuration { get; init; }
    /// <inheritdoc/>
    public DurationOrOff? StopDuration { get; init; }
    /// <inheritdoc/>
    public double? MaxPrice { get; init; }
    /// <inheritdoc/>
    public CreationPolicy? CreationPolicy { get; init; }
    /// <inheritdoc/>
    public DurationOrOff? IdleDuration { get; init; }
    /// <inheritdoc/>
    public UtilizationPolicy? UtilizationPolicy { get; init; }
    /// <inheritdoc/>
    public StartupOrder? StartupOrder { get; init; }
    /// <inheritdoc/>
    public StopCriteria? StopCriteria { get; init; }
    /// <inheritdoc/>
    public ScheduleSpec? Schedule { get; init; }
    /// <inheritdoc/>
    public IReadOnlyList<string>? Fleets { get; init; }
    /// <inheritdoc/>
    public IReadOnlyList<InstanceSelector>? Instances { get; init; }
    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>Names an instance to run on; exactly one form is filled.</summary>
/// <param name="Name">The instance's name.</param>
/// <param name="Hostname">The instance's host name or address.</param>
/// <param name="Fleet">The fleet's name, with <paramref name="InstanceNum"/>.</param>
/// <param name="InstanceNum">The instance's number in the fleet.</param>
public sealed record InstanceSelector(string? Name = null, string? Hostname = null, string? Fleet = null, int? InstanceNum = null);

/// <summary>Stop a run whose GPUs are idle.</summary>
/// <param name="MinGpuUtilization">Percent, 0 to 100.</param>
/// <param name="TimeWindow">At least five minutes.</param>
[JsonConverter(typeof(UtilizationPolicyJson))]
public sealed record UtilizationPolicy(int MinGpuUtilization, TimeSpan TimeWindow);

/// <summary><c>retry</c>: true, false, or events with a duration.</summary>
public sealed record RetrySpec
{
    /// <summary><c>retry: true|false</c>; null when the long form was used.</summary>
    public bool? Enabled { get; init; }
    /// <summary>The events to retry on; null is all of them.</summary>
    public IReadOnlyList<RetryEvent>? OnEvents { get; init; }
    /// <summary>How long to go on trying; null is the default of one hour.</summary>
    public TimeSpan? Duration { get; init; }
}

/// <summary>One or more cron expressions, in UTC.</summary>
/// <param name="Cron">Five-field expressions.</param>
/// <param name="IsList">Whether they were written as a list.</param>
public sealed record ScheduleSpec(IReadOnlyList<string> Cron, bool IsList = false);

/// <summary>What to retry on.</summary>
[JsonConverter(typeof(RetryEventJson))]
public enum RetryEvent
{
    /// <summary><c>no-capacity</c>.</summary>
    NoCapacity,
    /// <summary><c>interruption</c>.</summary>
    Interruption,
    /// <summary><c>error</c>.</summary>
    Error,
}

/// <summary>Which kind of instance.</summary>
public enum SpotPolicy
{
    /// <summary><c>spot</c>.</summary>
    Spot,
    /// <summary><c>on-demand</c>.</summary>
    OnDemand,
    /// <summary><c>auto</c>.</summary>
    Auto,
}

/// <summary>Whether instances may be created.</summary>
public enum CreationPolicy
{
    /// <summary><c>reuse</c>.</summary>
    Reuse,
    /// <summary><c>reuse-or-create</c>.</summary>
    ReuseOrCreate,
}

/// <summary>In which order jobs of a multi-node run start.</summary>
public enum StartupOrder
{
    /// <summary><c>any</c>.</summary>
    Any,
    /// <summary><c>master-first</c>.</summary>
    MasterFirst,
    /// <summary><c>workers-first</c>.</summary>
    WorkersFirst,
}

/// <summary>When a multi-node run is done.</summary>
public enum StopCriteria
{
    /// <summary><c>all-done</c>.</summary>
    AllDone,
    /// <summary><c>master-done</c>.</summary>
    MasterDone,
}

/// <summary>What to do when a repo's path exists.</summary>
public enum RepoExistsAction
{
    /// <summary><c>error</c>.</summary>
    Error,
    /// <summary><c>skip</c>.</summary>
    Skip,
}

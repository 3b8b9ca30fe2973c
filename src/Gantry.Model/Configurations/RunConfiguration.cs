using Gantry.Model.Values;

namespace Gantry.Model.Configurations;

/// <summary>What can be run: a <see cref="TaskConfiguration"/> or a <see cref="DevEnvironmentConfiguration"/>. Here is what both have.</summary>
public abstract record RunConfiguration : Configuration, IProfileParameters
{
    /// <summary>Ports of the job to forward.</summary>
    public IReadOnlyList<PortMapping> Ports { get; init; } = [];
    /// <summary>Docker image; null is the server's default.</summary>
    public string? Image { get; init; }
    /// <summary><c>user[:group]</c>, by name or id.</summary>
    public string? User { get; init; }
    /// <summary>Run the container privileged.</summary>
    public bool Privileged { get; init; }
    /// <summary>Overrides the image's entrypoint.</summary>
    public string? Entrypoint { get; init; }
    /// <summary>Absolute (or <c>~</c>) working directory.</summary>
    public string? WorkingDir { get; init; }
    /// <summary>The home directory in the container.</summary>
    public string HomeDir { get; init; } = "/root";
    /// <summary>Credentials of a private registry.</summary>
    public RegistryAuth? RegistryAuth { get; init; }
    /// <summary>Python's minor version for the default image: <c>3.9</c> to <c>3.14</c>.</summary>
    public string? Python { get; init; }
    /// <summary>Use the image with NVCC.</summary>
    public bool? Nvcc { get; init; }
    /// <summary>Clone a single branch.</summary>
    public bool? SingleBranch { get; init; }
    /// <summary>Environment variables in order; a null value must be given by the CLI's environment.</summary>
    public EnvironmentVariables Env { get; init; } = EnvironmentVariables.Empty;
    /// <summary><c>sh</c>, <c>bash</c> or an absolute path.</summary>
    public string? Shell { get; init; }
    /// <summary>What the job needs of a host.</summary>
    public ResourcesSpec Resources { get; init; } = ResourcesSpec.Default;
    /// <summary>0 to 100; higher goes first. Null is 0.</summary>
    public int? Priority { get; init; }
    /// <summary>Volumes and host directories.</summary>
    public IReadOnlyList<MountPoint> Volumes { get; init; } = [];
    /// <summary>Docker inside the container.</summary>
    public bool? Docker { get; init; }
    /// <summary>Git repositories.</summary>
    public IReadOnlyList<RepoSpec> Repos { get; init; } = [];
    /// <summary>Local files.</summary>
    public IReadOnlyList<FilePathMapping> Files { get; init; } = [];
    /// <summary>Whether the job may act as a dstack client.</summary>
    public bool Dstack { get; init; }
    /// <summary>Deprecated: commands before those of the type.</summary>
    public IReadOnlyList<string> Setup { get; init; } = [];

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

using System.Text.Json;
using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Model.Api;

/// <summary>What one job of a run is: the run's configuration resolved for one node. dstack's <c>JobSpec</c>.</summary>
public sealed record JobSpec
{
    /// <summary>Replica, from 0.</summary>
    public int ReplicaNum { get; init; }
    /// <summary>Node within the replica, from 0 (the master).</summary>
    public required int JobNum { get; init; }
    /// <summary><c>RUN-JOB-REPLICA</c>.</summary>
    public required string JobName { get; init; }
    /// <summary>Nodes of the replica.</summary>
    public int JobsPerReplica { get; set; } = 1;
    /// <summary>Replica group of a service.</summary>
    public string ReplicaGroup { get; set; } = "0";
    /// <summary>Ports of applications.</summary>
    public IReadOnlyList<AppSpec>? AppSpecs { get; init; }
    /// <summary>Whom the job runs as.</summary>
    public UnixUser? User { get; init; }
    /// <summary>The argument vector: a shell, its options, and the script.</summary>
    public required IReadOnlyList<string> Commands { get; init; }
    /// <summary>The configuration's environment (not the system's own variables).</summary>
    public required IReadOnlyDictionary<string, string> Env { get; init; }
    /// <summary>Home directory in a container.</summary>
    public string? HomeDir { get; init; }
    /// <summary>Docker image; empty for a process on the embedded host.</summary>
    public required string ImageName { get; init; }
    /// <summary>Privileged container.</summary>
    public bool Privileged { get; init; }
    /// <summary>Clone a single branch.</summary>
    public bool? SingleBranch { get; init; }
    /// <summary>Seconds; null for no limit.</summary>
    public long? MaxDuration { get; init; }
    /// <summary>Seconds between SIGTERM and SIGKILL; 300 unless given; null waits for ever (<c>off</c>).</summary>
    public long? StopDuration { get; init; }
    /// <summary>Utilization policy.</summary>
    public UtilizationPolicy? UtilizationPolicy { get; init; }
    /// <summary>Registry credentials.</summary>
    public RegistryAuth? RegistryAuth { get; init; }
    /// <summary>What it needs of a host.</summary>
    public required Requirements Requirements { get; init; }
    /// <summary>Retry policy; null for none.</summary>
    public RetryPolicy? Retry { get; init; }
    /// <summary>Mounts.</summary>
    public IReadOnlyList<MountPoint>? Volumes { get; init; }
    /// <summary>SSH key between nodes.</summary>
    public JsonElement? SshKey { get; init; }
    /// <summary>Working directory.</summary>
    public string? WorkingDir { get; init; }
    /// <summary>Repo description.</summary>
    public JsonElement? RepoData { get; init; }
    /// <summary>Hash of the diff.</summary>
    public string? RepoCodeHash { get; init; }
    /// <summary>Where the repo goes.</summary>
    public string RepoDir { get; set; } = "/workflow";
    /// <summary><c>error</c> or <c>skip</c>.</summary>
    public string? RepoExistsAction { get; init; }
    /// <summary>Uploaded files.</summary>
    public IReadOnlyList<FileArchiveMapping> FileArchives { get; set; } = [];
    /// <summary>A service's port.</summary>
    public int? ServicePort { get; init; }
    /// <summary>A service's probes.</summary>
    public IReadOnlyList<JsonElement> Probes { get; set; } = [];
    /// <summary>Index of the node group.</summary>
    public int NodeGroupIndex { get; init; }
    /// <summary>Name of the node group.</summary>
    public string NodeGroupName { get; set; } = "0";
    /// <summary>Index within the node group.</summary>
    public int NodeGroupJobIndex { get; init; }
}

/// <summary>A port of an application in the job.</summary>
public sealed record AppSpec(int Port, int? MapToPort, string AppName, string? UrlPath = null, IReadOnlyDictionary<string, string>? UrlQueryParams = null);

/// <summary>A user of the host or container.</summary>
public sealed record UnixUser(long? Uid = null, long? Gid = null, string? Username = null, string? Groupname = null);

/// <summary>What a job needs of a host.</summary>
public sealed record Requirements
{
    /// <summary>Hardware.</summary>
    public required ResourcesSpec Resources { get; init; }
    /// <summary>Highest price, dollars an hour.</summary>
    public double? MaxPrice { get; init; }
    /// <summary>Spot or not; null for either.</summary>
    public bool? Spot { get; init; }
    /// <summary>A reservation.</summary>
    public string? Reservation { get; init; }
    /// <summary>Whether several nodes must see each other.</summary>
    public bool? Multinode { get; init; }
    /// <summary>Unused.</summary>
    public JsonElement? BackendOptions { get; init; }
}

/// <summary>A retry policy with its defaults filled in. <c>duration</c> is in seconds.</summary>
public sealed record RetryPolicy(IReadOnlyList<RetryEvent> OnEvents, long Duration);

using System.Text.Json;
using Gantry.Model.Configurations;
using Gantry.Model.Link;
using Gantry.Model.States;

namespace Gantry.Model.Api;

/// <summary>What is submitted: a configuration with where it came from. dstack's <c>RunSpec</c>.</summary>
public sealed record RunSpec
{
    /// <summary>The run's name; null to let the server choose one.</summary>
    public string? RunName { get; init; }
    /// <summary>The repo, <c>none</c> where there is none.</summary>
    public string? RepoId { get; init; }
    /// <summary>dstack's repo description, kept as it came.</summary>
    public JsonElement? RepoData { get; init; }
    /// <summary>Hash of an uploaded diff.</summary>
    public string? RepoCodeHash { get; init; }
    /// <summary>Where the repo goes in the job.</summary>
    public string? RepoDir { get; init; }
    /// <summary>Uploaded files.</summary>
    public IReadOnlyList<FileArchiveMapping> FileArchives { get; set; } = [];
    /// <summary>Deprecated; see the configuration's.</summary>
    public string? WorkingDir { get; init; }
    /// <summary>The file's path, for messages.</summary>
    public string? ConfigurationPath { get; init; }
    /// <summary>The configuration.</summary>
    public required Configuration Configuration { get; init; }
    /// <summary>The profile that was chosen, if any.</summary>
    public Profile? Profile { get; init; }
    /// <summary>The user's public SSH key.</summary>
    public string? SshKeyPub { get; init; }
}

/// <summary>An uploaded archive and where it goes.</summary>
public sealed record FileArchiveMapping(Guid Id, string Path);

/// <summary>A run. dstack's <c>Run</c>.</summary>
public sealed record Run
{
    /// <summary>The run's id.</summary>
    public required Guid Id { get; init; }
    /// <summary>Its project.</summary>
    public required string ProjectName { get; init; }
    /// <summary>Who submitted it.</summary>
    public required string User { get; init; }
    /// <summary>The fleet it runs on, if any.</summary>
    public RunFleet? Fleet { get; init; }
    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }
    /// <summary>When anything of it last changed.</summary>
    public required DateTimeOffset LastProcessedAt { get; init; }
    /// <summary>Its status.</summary>
    public required RunStatus Status { get; init; }
    /// <summary>The status in a few words, for people: <c>exited (1)</c>, <c>pulling</c>, <c>no capacity</c>.</summary>
    public string StatusMessage { get; set; } = "";
    /// <summary>Why it ended: the wire name of a <see cref="RunTerminationReason"/>.</summary>
    public string? TerminationReason { get; init; }
    /// <summary>What was submitted.</summary>
    public required RunSpec RunSpec { get; init; }
    /// <summary>Its jobs.</summary>
    public required IReadOnlyList<Job> Jobs { get; init; }
    /// <summary>The latest submission of its first job.</summary>
    public JobSubmission? LatestJobSubmission { get; init; }
    /// <summary>Dollars so far.</summary>
    public double Cost { get; init; }
    /// <summary>Service address; null for tasks.</summary>
    public JsonElement? Service { get; init; }
    /// <summary>Number of in-place updates.</summary>
    public int DeploymentNum { get; init; }
    /// <summary>The error in words, if it failed.</summary>
    public string? Error { get; init; }
    /// <summary>Whether it was deleted.</summary>
    public bool? Deleted { get; init; }
    /// <summary>The next time by its schedule.</summary>
    public DateTimeOffset? NextTriggeredAt { get; init; }
}

/// <summary>The fleet of a run.</summary>
public sealed record RunFleet(Guid Id, string Name);

/// <summary>A job: what to run and each attempt at it.</summary>
public sealed record Job
{
    /// <summary>What to run.</summary>
    public required JobSpec JobSpec { get; init; }
    /// <summary>Each attempt, oldest first.</summary>
    public required IReadOnlyList<JobSubmission> JobSubmissions { get; init; }
    /// <summary>How to connect to it; null until attach exists.</summary>
    public JsonElement? JobConnectionInfo { get; init; }
}

/// <summary>One attempt at a job.</summary>
public sealed record JobSubmission
{
    /// <summary>Its id: what agents and logs know it by.</summary>
    public required Guid Id { get; init; }
    /// <summary>0, 1, … with each retry.</summary>
    public required int SubmissionNum { get; init; }
    /// <summary>The run's deployment that it belongs to.</summary>
    public int DeploymentNum { get; init; }
    /// <summary>When it was created.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }
    /// <summary>When it last changed.</summary>
    public required DateTimeOffset LastProcessedAt { get; init; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
    /// <summary>Seconds without a connection (dev environments).</summary>
    public long? InactivitySecs { get; init; }
    /// <summary>Its status.</summary>
    public required JobStatus Status { get; init; }
    /// <summary>The status in a few words.</summary>
    public string StatusMessage { get; set; } = "";
    /// <summary>Why it ended: the wire name of a <see cref="JobTerminationReason"/>.</summary>
    public string? TerminationReason { get; init; }
    /// <summary>More about why, in a sentence.</summary>
    public string? TerminationReasonMessage { get; init; }
    /// <summary>Exit status of its process; 128 + n for signal n.</summary>
    public int? ExitStatus { get; init; }
    /// <summary>Where it was placed.</summary>
    public JobProvisioningData? JobProvisioningData { get; init; }
    /// <summary>What it was given there.</summary>
    public JobRuntimeData? JobRuntimeData { get; init; }
    /// <summary>The error in words.</summary>
    public string? Error { get; init; }
    /// <summary>Probes of a service; empty for tasks.</summary>
    public IReadOnlyList<JsonElement> Probes { get; set; } = [];
    /// <summary>How far its image is, while it is on its way.</summary>
    public ImagePullProgress? ImagePullProgress { get; init; }
}

/// <summary>Where a job was placed.</summary>
public sealed record JobProvisioningData
{
    /// <summary>Always <c>remote</c> on hosts of one's own.</summary>
    public required string Backend { get; init; }
    /// <summary>Unused.</summary>
    public string? BaseBackend { get; init; }
    /// <summary>The host's shape.</summary>
    public required InstanceType InstanceType { get; init; }
    /// <summary>The instance's id.</summary>
    public required string InstanceId { get; init; }
    /// <summary>The host's address.</summary>
    public string? Hostname { get; init; }
    /// <summary>The host's address among its peers.</summary>
    public string? InternalIp { get; init; }
    /// <summary>dstack's; always true.</summary>
    public bool PublicIpEnabled { get; set; } = true;
    /// <summary>The network in common with peers.</summary>
    public string? InstanceNetwork { get; init; }
    /// <summary>Always <c>remote</c> on hosts of one's own.</summary>
    public required string Region { get; init; }
    /// <summary>Unused.</summary>
    public string? AvailabilityZone { get; init; }
    /// <summary>Unused.</summary>
    public string? Reservation { get; init; }
    /// <summary>Dollars an hour.</summary>
    public required double Price { get; init; }
    /// <summary>The host's SSH user.</summary>
    public required string Username { get; init; }
    /// <summary>The host's SSH port.</summary>
    public int? SshPort { get; init; }
    /// <summary>Whether the job runs in a container.</summary>
    public required bool Dockerized { get; init; }
    /// <summary>A jump host.</summary>
    public JsonElement? SshProxy { get; init; }
    /// <summary>Unused.</summary>
    public string? BackendData { get; init; }
    /// <summary>The GPU driver.</summary>
    public JsonElement? GpuDriver { get; init; }
}

/// <summary>What a job was given on its host.</summary>
public sealed record JobRuntimeData
{
    /// <summary><c>host</c> or <c>bridge</c>.</summary>
    public required string NetworkMode { get; init; }
    /// <summary>GPUs.</summary>
    public int? Gpu { get; init; }
    /// <summary>CPUs.</summary>
    public double? Cpu { get; init; }
    /// <summary>Memory in GB.</summary>
    public double? Memory { get; init; }
    /// <summary>Port in the job → port on the host.</summary>
    public IReadOnlyDictionary<string, int>? Ports { get; init; }
    /// <summary>Volumes attached.</summary>
    public IReadOnlyList<string>? VolumeNames { get; init; }
    /// <summary>The offer it was placed by.</summary>
    public InstanceOffer? Offer { get; init; }
    /// <summary>Working directory.</summary>
    public string? WorkingDir { get; init; }
    /// <summary>User.</summary>
    public string? Username { get; init; }
}

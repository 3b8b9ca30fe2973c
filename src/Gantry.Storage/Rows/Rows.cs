namespace Gantry.Storage.Rows;

/// <summary>A user.</summary>
public sealed class UserRow
{
    /// <summary>Id.</summary>
    public required Guid Id { get; set; }
    /// <summary>Unique among what is not deleted.</summary>
    public required string Name { get; set; }
    /// <summary>SHA-256 of the token, lower-case hex: tokens themselves are never stored.</summary>
    public required string TokenHash { get; set; }
    /// <summary><c>admin</c> or <c>user</c>.</summary>
    public required string GlobalRole { get; set; }
    /// <summary>E-mail.</summary>
    public string? Email { get; set; }
    /// <summary>Whether the token is accepted.</summary>
    public required bool Active { get; set; }
    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; set; }
    /// <summary>When it was deleted.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}

/// <summary>A project.</summary>
public sealed class ProjectRow
{
    /// <summary>Id.</summary>
    public required Guid Id { get; set; }
    /// <summary>Unique among what is not deleted.</summary>
    public required string Name { get; set; }
    /// <summary>Owner.</summary>
    public required Guid OwnerId { get; set; }
    /// <summary>Whether every user may read it.</summary>
    public required bool IsPublic { get; set; }
    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; set; }
    /// <summary>When it was deleted.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}

/// <summary>A user's role in a project. Key: project and user.</summary>
public sealed class MemberRow
{
    /// <summary>Project.</summary>
    public required Guid ProjectId { get; set; }
    /// <summary>User.</summary>
    public required Guid UserId { get; set; }
    /// <summary><c>admin</c>, <c>manager</c> or <c>user</c>.</summary>
    public required string ProjectRole { get; set; }
}

/// <summary>A host with an agent.</summary>
public sealed class InstanceRow
{
    /// <summary>Id.</summary>
    public required Guid Id { get; set; }
    /// <summary>Its name.</summary>
    public required string Name { get; set; }
    /// <summary>The agent's identity, once it said hello.</summary>
    public Guid? AgentId { get; set; }
    /// <summary>Whether it is this server's own machine.</summary>
    public required bool Embedded { get; set; }
    /// <summary>JSON of the agent's HostFacts.</summary>
    public string? Facts { get; set; }
    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; set; }
    /// <summary>When its agent last said hello.</summary>
    public DateTimeOffset? LastSeenAt { get; set; }
    /// <summary>When it was deleted.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
    /// <summary>Project; null for the embedded host, which is every project's.</summary>
    public Guid? ProjectId { get; set; }
    /// <summary>Fleet; null for the embedded host.</summary>
    public Guid? FleetId { get; set; }
    /// <summary>Number in the fleet, from 0.</summary>
    public int InstanceNum { get; set; }
    /// <summary><c>pending</c>, <c>provisioning</c>, <c>idle</c>, <c>terminating</c> or <c>terminated</c>; that it is busy follows from its jobs.</summary>
    public string Status { get; set; } = "idle";
    /// <summary>What is being done there, or what keeps it from being reached, in a sentence.</summary>
    public string? StatusMessage { get; set; }
    /// <summary>Into how many blocks it is divided; 0 for as many as it has GPUs, or CPUs where it has none.</summary>
    public int Blocks { get; set; } = 1;
    /// <summary>Name or address by which it is reached.</summary>
    public string? Address { get; set; }
    /// <summary>Port of its SSH server.</summary>
    public int? Port { get; set; }
    /// <summary>JSON of how it is logged in to, without secrets.</summary>
    public string? Login { get; set; }
    /// <summary>JSON of the private keys that it is logged in to with, sealed.</summary>
    public string? Keys { get; set; }
    /// <summary>Its public keys as OpenSSH's known_hosts, pinned at the first contact.</summary>
    public string? HostKeys { get; set; }
    /// <summary>The kernel's boot id at the latest hello.</summary>
    public string? BootId { get; set; }
    /// <summary>Since when it cannot be reached.</summary>
    public DateTimeOffset? UnreachableSince { get; set; }
    /// <summary>Why it ended, in a word.</summary>
    public string? TerminationReason { get; set; }
    /// <summary>Why it ended, in a sentence.</summary>
    public string? TerminationMessage { get; set; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; set; }
}

/// <summary>A fleet of hosts.</summary>
public sealed class FleetRow
{
    /// <summary>Id.</summary>
    public required Guid Id { get; set; }
    /// <summary>Project.</summary>
    public required Guid ProjectId { get; set; }
    /// <summary>Unique per project among what is not deleted.</summary>
    public required string Name { get; set; }
    /// <summary>Wire name of a FleetStatus.</summary>
    public required string Status { get; set; }
    /// <summary>More about the status, in a sentence.</summary>
    public string? StatusMessage { get; set; }
    /// <summary>JSON of the FleetSpec, without private keys.</summary>
    public required string Spec { get; set; }
    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; set; }
    /// <summary>When anything of it last changed.</summary>
    public required DateTimeOffset LastProcessedAt { get; set; }
    /// <summary>When it was deleted.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}

/// <summary>A run.</summary>
public sealed class RunRow
{
    /// <summary>Id.</summary>
    public required Guid Id { get; set; }
    /// <summary>Project.</summary>
    public required Guid ProjectId { get; set; }
    /// <summary>Who submitted it.</summary>
    public required Guid UserId { get; set; }
    /// <summary>Unique per project among what is not deleted.</summary>
    public required string Name { get; set; }
    /// <summary>Wire name of a RunStatus.</summary>
    public required string Status { get; set; }
    /// <summary>Wire name of a RunTerminationReason.</summary>
    public string? TerminationReason { get; set; }
    /// <summary>The error in words.</summary>
    public string? Error { get; set; }
    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset SubmittedAt { get; set; }
    /// <summary>When anything of it last changed.</summary>
    public required DateTimeOffset LastProcessedAt { get; set; }
    /// <summary>0 to 100.</summary>
    public required int Priority { get; set; }
    /// <summary>JSON of the RunSpec as submitted (with its name).</summary>
    public required string Spec { get; set; }
    /// <summary>While pending: when it is due.</summary>
    public DateTimeOffset? NextTriggeredAt { get; set; }
    /// <summary>When the run's reconciler must look at it although nothing happened.</summary>
    public DateTimeOffset? WakeAt { get; set; }
    /// <summary>Why it is not placed yet, in a sentence.</summary>
    public string? WaitingFor { get; set; }
    /// <summary>When it was deleted.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
    /// <summary>Grows with each change: the guard of concurrent writers.</summary>
    public int Version { get; set; }
}

/// <summary>One submission of a job.</summary>
public sealed class JobRow
{
    /// <summary>Id: what agents and logs know it by.</summary>
    public required Guid Id { get; set; }
    /// <summary>Run.</summary>
    public required Guid RunId { get; set; }
    /// <summary>Replica, from 0.</summary>
    public required int ReplicaNum { get; set; }
    /// <summary>Node, from 0.</summary>
    public required int JobNum { get; set; }
    /// <summary>Attempt, from 0. Unique per run, replica and node.</summary>
    public required int SubmissionNum { get; set; }
    /// <summary>Wire name of a JobStatus.</summary>
    public required string Status { get; set; }
    /// <summary>Wire name of a JobTerminationReason.</summary>
    public string? TerminationReason { get; set; }
    /// <summary>More about why, in a sentence.</summary>
    public string? TerminationMessage { get; set; }
    /// <summary>Exit status; 128 + n for signal n.</summary>
    public int? ExitStatus { get; set; }
    /// <summary>The signal that ended it.</summary>
    public int? Signal { get; set; }
    /// <summary>When this submission was created.</summary>
    public required DateTimeOffset SubmittedAt { get; set; }
    /// <summary>When its process started.</summary>
    public DateTimeOffset? StartedAt { get; set; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; set; }
    /// <summary>When it last changed.</summary>
    public required DateTimeOffset LastProcessedAt { get; set; }
    /// <summary>Where it was placed. Set once, never cleared.</summary>
    public Guid? InstanceId { get; set; }
    /// <summary>Of a dev environment that runs: since when nobody is attached; null while somebody is.</summary>
    public DateTimeOffset? InactiveSince { get; set; }
    /// <summary>JSON of the devices that it was given on its instance; null for none.</summary>
    public string? Gpus { get; set; }
    /// <summary>Whether its agent was told to end it when the host's lease runs out: set when it is placed.</summary>
    public bool Leased { get; set; }
    /// <summary>JSON of the JobSpec.</summary>
    public required string Spec { get; set; }
    /// <summary>Wire name of the ObservedState that the agent last reported.</summary>
    public string? Observed { get; set; }
    /// <summary>Error that the agent or the log store reported.</summary>
    public string? ObservedError { get; set; }
    /// <summary>Exit status that the agent reported.</summary>
    public int? ObservedExitStatus { get; set; }
    /// <summary>CPU time used, microseconds.</summary>
    public long CpuMicros { get; set; }
    /// <summary>Resident memory at the last sample, bytes.</summary>
    public long MemoryBytes { get; set; }
    /// <summary>Highest resident memory sampled, bytes.</summary>
    public long PeakMemoryBytes { get; set; }
}

/// <summary>Something that happened.</summary>
public sealed class EventRow
{
    /// <summary>Id.</summary>
    public required Guid Id { get; set; }
    /// <summary>What happened.</summary>
    public required string Message { get; set; }
    /// <summary>When.</summary>
    public required DateTimeOffset RecordedAt { get; set; }
    /// <summary>By whom; null for the system.</summary>
    public Guid? ActorUserId { get; set; }
    /// <summary>What it is about.</summary>
    public List<EventTargetRow> Targets { get; set; } = [];
}

/// <summary>What an event is about. Key: event and target.</summary>
public sealed class EventTargetRow
{
    /// <summary>Event.</summary>
    public Guid EventId { get; set; }
    /// <summary><c>run</c>, <c>job</c>, <c>project</c>, …</summary>
    public required string TargetType { get; set; }
    /// <summary>Its id.</summary>
    public required Guid TargetId { get; set; }
    /// <summary>Its name.</summary>
    public required string TargetName { get; set; }
    /// <summary>Its project.</summary>
    public Guid? ProjectId { get; set; }
    /// <summary>The run that it belongs to (itself for a run).</summary>
    public Guid? RunId { get; set; }
}

/// <summary>A value that the server keeps for itself: <c>server_id</c>.</summary>
public sealed class SettingRow
{
    /// <summary>Name.</summary>
    public required string Key { get; set; }
    /// <summary>Value.</summary>
    public required string Value { get; set; }
}

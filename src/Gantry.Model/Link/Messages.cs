using System.Text.Json.Serialization;

namespace Gantry.Model.Link;

// The link between server and agent. One WebSocket over any byte stream (a Unix socket, stdio of a relay, TLS):
// each control message is one text frame of JSON with a "type"; each piece of a log (LogFrame) or of a stream (StreamFrame) is one binary frame.
// Unknown fields and unknown types are ignored. Whoever connects says hello first; the other answers with its hello.
// Level-triggered: after the hellos the agent sends the full observed set and the server the full wanted set, and both
// converge. Later messages are deltas of the same shape. Losing any of them is repaired by the next connection.
// Absence never kills: a job stops only by a StopJob of the server that owns it.

/// <summary>A control message.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type", IgnoreUnrecognizedTypeDiscriminators = true, UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FallBackToBaseType)]
[JsonDerivedType(typeof(ServerHello), "server_hello")]
[JsonDerivedType(typeof(AgentHello), "agent_hello")]
[JsonDerivedType(typeof(WantJobs), "want_jobs")]
[JsonDerivedType(typeof(StopJob), "stop_job")]
[JsonDerivedType(typeof(ForgetJob), "forget_job")]
[JsonDerivedType(typeof(LogCredit), "log_credit")]
[JsonDerivedType(typeof(ObservedJobs), "observed_jobs")]
[JsonDerivedType(typeof(JobSamples), "job_samples")]
[JsonDerivedType(typeof(HostChanged), "host_changed")]
[JsonDerivedType(typeof(AskLease), "ask_lease")]
[JsonDerivedType(typeof(GrantLease), "grant_lease")]
[JsonDerivedType(typeof(WantVolumes), "want_volumes")]
[JsonDerivedType(typeof(ObservedVolumes), "observed_volumes")]
[JsonDerivedType(typeof(OpenStream), "open_stream")]
[JsonDerivedType(typeof(StreamOpened), "stream_opened")]
[JsonDerivedType(typeof(StreamClosed), "stream_closed")]
[JsonDerivedType(typeof(StreamCredit), "stream_credit")]
public class LinkMessage;

/// <summary>Server → agent, first message of a connection.</summary>
/// <remarks>Where each log goes on from is in <see cref="WantJobs"/>.</remarks>
public sealed class ServerHello : LinkMessage
{
    /// <summary>Version of this protocol; see <see cref="LinkProtocol.Version"/>.</summary>
    public required int Protocol { get; init; }
    /// <summary>The server's identity: a UUID kept in its database.</summary>
    public required Guid ServerId { get; init; }
    /// <summary>The server's build.</summary>
    public required string Build { get; init; }
    /// <summary>What it can do beyond the first protocol: <see cref="LinkProtocol.StreamsFeature"/>.</summary>
    public IReadOnlyList<string> Features { get; init => field = value ?? []; } = [];
}

/// <summary>Agent → server, answer to <see cref="ServerHello"/>.</summary>
public sealed class AgentHello : LinkMessage
{
    /// <summary>Version of this protocol.</summary>
    public required int Protocol { get; init; }
    /// <summary>The agent's identity: a UUID kept in its spool.</summary>
    public required Guid AgentId { get; init; }
    /// <summary>The agent's build.</summary>
    public required string Build { get; init; }
    /// <summary>The kernel's boot id.</summary>
    public required string BootId { get; init; }
    /// <summary>What the host has.</summary>
    public required HostFacts Host { get; init; }
    /// <summary>What it can do beyond the first protocol: <see cref="LinkProtocol.StreamsFeature"/>.</summary>
    public IReadOnlyList<string> Features { get; init => field = value ?? []; } = [];
    /// <summary>Asks for a lease, as <see cref="AskLease.Asked"/>: it is to be held before the first order comes. Only to a server that said <see cref="LinkProtocol.LeasesFeature"/>.</summary>
    public long? LeaseAsked { get; init; }
}

/// <summary>What a host has.</summary>
public sealed record HostFacts
{
    /// <summary>Host name.</summary>
    public required string Hostname { get; init; }
    /// <summary>An address by which other hosts reach it.</summary>
    public required string InternalIp { get; init; }
    /// <summary>The agent's user.</summary>
    public required string Username { get; init; }
    /// <summary><c>x86</c> or <c>arm</c>.</summary>
    public required string Arch { get; init; }
    /// <summary>Logical CPUs.</summary>
    public required int Cpus { get; init; }
    /// <summary>Memory in MiB.</summary>
    public required long MemoryMib { get; init; }
    /// <summary>Size of the disk that holds the spool, in MiB.</summary>
    public required long DiskMib { get; init; }
    /// <summary>How many jobs may run at once.</summary>
    public required int MaxJobs { get; init; }
    /// <summary>Version of its Docker; null when it can run no containers.</summary>
    public string? DockerVersion { get; init; }
    /// <summary>Why it can run no containers, as the rest of a sentence: "no Docker listens at …".</summary>
    public string? DockerProblem { get; init; }
    /// <summary>Its accelerators, by vendor and index.</summary>
    public IReadOnlyList<GpuDevice> Gpus { get; init => field = value ?? []; } = [];
    /// <summary>Why there may be more of them than are listed, as the rest of a sentence: "nvidia-smi says: …".</summary>
    public string? GpuProblem { get; init; }
    /// <summary>Which disk has no room left, as the rest of a sentence: "the disk of Docker's directory … is full …".</summary>
    public string? DiskProblem { get; init; }
}

/// <summary>Agent → server: what the host has is not what it was: Docker came or went, or a GPU did.</summary>
public sealed class HostChanged : LinkMessage
{
    /// <summary>What the host has now.</summary>
    public required HostFacts Host { get; init; }
}

/// <summary>Server → agent: jobs that should run. The first after the hellos holds all of them.</summary>
public sealed class WantJobs : LinkMessage
{
    /// <summary>The jobs. An agent that has one already (by id) starts nothing.</summary>
    public required IReadOnlyList<WantedJob> Jobs { get; init; }
}

/// <summary>A job to run.</summary>
public sealed record WantedJob
{
    /// <summary>The job submission's id. The same id is started at most once, ever.</summary>
    public required Guid JobId { get; init; }
    /// <summary>Bytes of its log that the server has: the agent sends from here on. 0 for a new job.</summary>
    public long LogOffset { get; init; }
    /// <summary>What to start; null when the server knows that the agent has it (reconnect).</summary>
    public JobOrder? Order { get; init; }
}

/// <summary>All that an agent needs to start a job: kept in its spool.</summary>
public sealed record JobOrder
{
    /// <summary>The executor of jobs that run as processes of the host.</summary>
    public const string ProcessExecutor = "process";

    /// <summary>The executor of jobs that run in containers.</summary>
    public const string DockerExecutor = "docker";

    // The generated serializer sets what a message left out to null, whatever the initializer says: hence the setters of what may be left out.

    /// <summary>The job submission's id.</summary>
    public required Guid JobId { get; init; }
    /// <summary>The server that owns it.</summary>
    public required Guid ServerId { get; init; }
    /// <summary>Project.</summary>
    public required string ProjectName { get; init; }
    /// <summary>Run.</summary>
    public required string RunName { get; init; }
    /// <summary>Job.</summary>
    public required string JobName { get; init; }
    /// <summary>Which executor: <c>process</c> or <c>docker</c>.</summary>
    public string Executor { get; init => field = value ?? ProcessExecutor; } = ProcessExecutor;
    /// <summary>Argument vector; empty for what a container's image runs by itself.</summary>
    public required IReadOnlyList<string> Command { get; init; }
    /// <summary>The whole environment that the job gets on top of the agent's own (PATH, HOME, LANG), or of its image's.</summary>
    public required IReadOnlyDictionary<string, string> Env { get; init; }
    /// <summary>Absolute path or beginning with <c>~</c>; null for a directory of the job's own.</summary>
    public string? WorkingDir { get; init; }
    /// <summary>Whom to run as; null for the agent's own user.</summary>
    public string? User { get; init; }
    /// <summary>Addresses of all nodes, by rank: written to the file that <c>DSTACK_MPI_HOSTFILE</c> names.</summary>
    public IReadOnlyList<string> NodeIps { get; init => field = value ?? []; } = [];
    /// <summary>Devices of all nodes, by rank: their slots in that file.</summary>
    public IReadOnlyList<int> NodeGpus { get; init => field = value ?? []; } = [];
    /// <summary>How the nodes of its run log in to each other; null where they do not.</summary>
    public NodeSsh? NodeSsh { get; init; }
    /// <summary>Archives to unpack before it starts. Only an agent that said <see cref="LinkProtocol.FilesFeature"/> does.</summary>
    public IReadOnlyList<JobFile> Files { get; init => field = value ?? []; } = [];
    /// <summary>The repo to put into it before it starts; null for none. Only an agent that said <see cref="LinkProtocol.ReposFeature"/> does.</summary>
    public JobRepo? Repo { get; init; }
    /// <summary>Volumes that it has. Only an agent that said <see cref="LinkProtocol.VolumesFeature"/> gives them to it.</summary>
    public IReadOnlyList<JobVolume> Volumes { get; init => field = value ?? []; } = [];
    /// <summary>The container to run in; null for a process.</summary>
    public ContainerOrder? Container { get; init; }
    /// <summary>The devices of the host that are the job's own, and no other job's. Empty for a job that was given none.</summary>
    public IReadOnlyList<GpuDevice> Gpus { get; init => field = value ?? []; } = [];
    /// <summary>Whether it runs only while its server's lease lasts. Only an agent that said <see cref="LinkProtocol.LeasesFeature"/> sees to it.</summary>
    public bool Leased { get; init; }
}

/// <summary>Server → agent: end this job. Obeyed only if <see cref="ServerId"/> owns it. Sent again on each connection until it ended.</summary>
public sealed class StopJob : LinkMessage
{
    /// <summary>The job submission's id.</summary>
    public required Guid JobId { get; init; }
    /// <summary>The server that says so.</summary>
    public required Guid ServerId { get; init; }
    /// <summary>Seconds between SIGTERM and SIGKILL; 0 kills at once (abort); null never kills. A later StopJob may shorten it.</summary>
    public double? GraceSeconds { get; init; }
}

/// <summary>Server → agent: the end of this job is stored, its spool may go.</summary>
public sealed class ForgetJob : LinkMessage
{
    /// <summary>The job submission's id.</summary>
    public required Guid JobId { get; init; }
    /// <summary>The server that says so; obeyed only by the owner's word.</summary>
    public required Guid ServerId { get; init; }
}

/// <summary>Server → agent: so many more bytes of log may be sent, and this much of one job's log is stored.</summary>
public sealed class LogCredit : LinkMessage
{
    /// <summary>Bytes of credit to add to the connection's. A connection starts with <see cref="LinkProtocol.InitialLogCredit"/>.</summary>
    public required long Bytes { get; init; }
    /// <summary>The job whose log was stored.</summary>
    public Guid? JobId { get; init; }
    /// <summary>Stored up to this offset: the agent may drop what lies before.</summary>
    public long StoredOffset { get; init; }
}

/// <summary>Agent → server: asks for the lease under which this server's leased jobs go on. See <see cref="LeaseTerms"/>.</summary>
public sealed class AskLease : LinkMessage
{
    /// <summary>The agent's clock when it asked, in milliseconds since its host's boot. Means nothing to the server, which says it again.</summary>
    public required long Asked { get; init; }
}

/// <summary>Server → agent: the lease is yours for so long, counted from when you asked.</summary>
public sealed class GrantLease : LinkMessage
{
    /// <summary>The asking that it answers.</summary>
    public required long Asked { get; init; }
    /// <summary>How long it lasts: <see cref="LeaseTerms.Length"/>.</summary>
    public required double Seconds { get; init; }
}

/// <summary>Agent → server: what jobs do. The first after the hellos holds all that its spool knows, of any server.</summary>
public sealed class ObservedJobs : LinkMessage
{
    /// <summary>Whether this is the whole set.</summary>
    public bool Full { get; init; }
    /// <summary>The jobs.</summary>
    public required IReadOnlyList<ObservedJob> Jobs { get; init; }
}

/// <summary>What one job does. <see cref="ObservedState.Exited"/> is sent only after its whole log was sent on this connection.</summary>
public sealed record ObservedJob
{
    /// <summary>The job submission's id.</summary>
    public required Guid JobId { get; init; }
    /// <summary>The server that owns it.</summary>
    public required Guid ServerId { get; init; }
    /// <summary>Project, run and job names, for jobs that the server doesn't know.</summary>
    public required string ProjectName { get; init; }
    /// <summary>Run.</summary>
    public required string RunName { get; init; }
    /// <summary>Job.</summary>
    public required string JobName { get; init; }
    /// <summary>What it does.</summary>
    public required ObservedState State { get; init; }
    /// <summary>Its shell's process.</summary>
    public int? Pid { get; init; }
    /// <summary>When its process started.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>When its process ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
    /// <summary>Exit status; 128 + n for signal n.</summary>
    public int? ExitStatus { get; init; }
    /// <summary>The signal that ended it.</summary>
    public int? Signal { get; init; }
    /// <summary>Why it could not start, in a sentence.</summary>
    public string? Error { get; init; }
    /// <summary>Total bytes of its log so far.</summary>
    public long LogBytes { get; init; }
    /// <summary>While its image is on the way: how far, told again at most once a second. Null where that is not known.</summary>
    public ImagePullProgress? ImagePull { get; init; }
}

/// <summary>What a job does on its host.</summary>
[JsonConverter(typeof(States.SnakeCaseEnumConverter<ObservedState>))]
public enum ObservedState
{
    /// <summary>In the spool, not started yet.</summary>
    Accepted,
    /// <summary>In the spool; its image is on the way.</summary>
    Pulling,
    /// <summary>Its process runs.</summary>
    Running,
    /// <summary>Its process ended; <see cref="ObservedJob.ExitStatus"/> is known.</summary>
    Exited,
    /// <summary>It could not be started; <see cref="ObservedJob.Error"/> says why.</summary>
    FailedToStart,
    /// <summary>It was claimed, its process is gone, and there is no exit record.</summary>
    Lost,
    /// <summary>No room on the host's disk for its log or spool.</summary>
    DiskFull,
    /// <summary>Its lease ran out, and it was ended, or not started any more. Only said to a server that said <see cref="LinkProtocol.LeasesFeature"/>.</summary>
    LeaseEnded,
}

/// <summary>Questions about an <see cref="ObservedState"/>.</summary>
public static class ObservedStates
{
    /// <summary>Whether the job's process is no more, and never will be again.</summary>
    public static bool IsEnd(this ObservedState state) =>
        state is ObservedState.Exited or ObservedState.FailedToStart or ObservedState.Lost or ObservedState.DiskFull or ObservedState.LeaseEnded;
}

/// <summary>Agent → server: what jobs use, every few seconds.</summary>
public sealed class JobSamples : LinkMessage
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>One each.</summary>
    public required IReadOnlyList<JobSample> Samples { get; init; }
}

/// <summary>What a job's processes use.</summary>
/// <param name="JobId">The job submission's id.</param>
/// <param name="CpuMicros">CPU time since its start, in microseconds, of all of its processes.</param>
/// <param name="MemoryBytes">Resident memory of all of its processes.</param>
public sealed record JobSample(Guid JobId, long CpuMicros, long MemoryBytes)
{
    /// <summary>Its devices, in the order of its order; empty for a job without, or while they can not be read.</summary>
    public IReadOnlyList<GpuSample> Gpus { get; init => field = value ?? []; } = [];
}

/// <summary>What is used of a device.</summary>
/// <param name="UtilPercent">0 to 100; null where its tool does not tell.</param>
/// <param name="MemoryUsedMib">Memory; null where its tool does not tell.</param>
public sealed record GpuSample(int? UtilPercent, long? MemoryUsedMib);

/// <summary>Constants of the link.</summary>
public static class LinkProtocol
{
    /// <summary>Version 1.</summary>
    public const int Version = 1;
    /// <summary>Bytes of log that an agent may send before the first <see cref="LogCredit"/>.</summary>
    public const long InitialLogCredit = 1 << 20;
    /// <summary>Largest piece of log in one frame.</summary>
    public const int MaxLogPiece = 64 << 10;
    /// <summary>In a hello's features: this agent unpacks <see cref="JobOrder.Files"/>.</summary>
    public const string FilesFeature = "files";
    /// <summary>In a hello's features: this side keeps leases (<see cref="LeaseTerms"/>). An agent that did not say so is given no leased job, a server that did not is asked for nothing.</summary>
    public const string LeasesFeature = "leases";
    /// <summary>In a hello's features: this agent clones <see cref="JobOrder.Repo"/>.</summary>
    public const string ReposFeature = "repos";
    /// <summary>In a hello's features: this agent keeps volumes, and gives jobs their <see cref="JobOrder.Volumes"/>.</summary>
    public const string VolumesFeature = "volumes";
    /// <summary>Largest control message.</summary>
    public const int MaxControlMessage = 16 << 20;
    /// <summary>In a hello's features: this side takes and opens streams. Nothing of streams is sent to a side that did not say so.</summary>
    public const string StreamsFeature = "streams";
    /// <summary>Bytes that each side may send on a stream before the first <see cref="StreamCredit"/>: what a reader that does not read costs at most.</summary>
    public const long InitialStreamCredit = 512 << 10;
    /// <summary>Credit beyond this is not kept.</summary>
    public const long MaxStreamCredit = 1L << 40;
    /// <summary>Largest piece of a stream in one frame: what a control message waits for at most.</summary>
    public const int MaxStreamPiece = 32 << 10;
}

/// <summary>Serialization of <see cref="LinkMessage"/>s.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowOutOfOrderMetadataProperties = true)]
[JsonSerializable(typeof(LinkMessage))]
[JsonSerializable(typeof(JobOrder))]
[JsonSerializable(typeof(IReadOnlyList<GpuDevice>))]
public sealed partial class LinkJson : JsonSerializerContext;

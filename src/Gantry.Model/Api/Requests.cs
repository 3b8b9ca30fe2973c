using Gantry.Model.Link;
using Gantry.Model.States;

namespace Gantry.Model.Api;

/// <summary>Body of <c>runs/get_plan</c>.</summary>
public sealed record GetRunPlanRequest
{
    /// <summary>What to plan.</summary>
    public required RunSpec RunSpec { get; init; }
    /// <summary>At most so many offers a job.</summary>
    public int? MaxOffers { get; init; }
    /// <summary>Whole hosts rather than the part that a job would get.</summary>
    public bool FullOffers { get; init; }
    /// <summary>Only what no job has now.</summary>
    public bool UnallocatedResources { get; init; }
    /// <summary>Whether nothing is to be run, and only the offers are of interest.</summary>
    public bool ForOffersOnly { get; init; }
}

/// <summary>The answer: what would happen.</summary>
public sealed record RunPlan
{
    /// <summary>The project.</summary>
    public required string ProjectName { get; init; }
    /// <summary>The user.</summary>
    public required string User { get; init; }
    /// <summary>What was asked for.</summary>
    public required RunSpec RunSpec { get; init; }
    /// <summary>With the profile and the server's defaults applied.</summary>
    public RunSpec? EffectiveRunSpec { get; init; }
    /// <summary>Each job with its offers.</summary>
    public required IReadOnlyList<JobPlan> JobPlans { get; init; }
    /// <summary>The run of that name that exists.</summary>
    public Run? CurrentResource { get; init; }
    /// <summary><c>create</c> or <c>update</c>.</summary>
    public required string Action { get; init; }
}

/// <summary>A job of a plan.</summary>
public sealed record JobPlan(JobSpec JobSpec, IReadOnlyList<InstanceOffer> Offers, int TotalOffers, double? MaxPrice = null);

/// <summary>Body of <c>runs/apply</c>.</summary>
public sealed record ApplyRunPlanRequest(ApplyRunPlanInput Plan, bool Force = false);

/// <summary>What to apply, and what was there when it was planned.</summary>
public sealed record ApplyRunPlanInput(RunSpec RunSpec, Run? CurrentResource = null);

/// <summary>Body of <c>runs/list</c>.</summary>
public sealed record ListRunsRequest
{
    /// <summary>Only this project's.</summary>
    public string? ProjectName { get; init; }
    /// <summary>Only this repo's.</summary>
    public string? RepoId { get; init; }
    /// <summary>Only this user's.</summary>
    public string? Username { get; init; }
    /// <summary>Only unfinished ones.</summary>
    public bool OnlyActive { get; init; }
    /// <summary>With jobs.</summary>
    public bool IncludeJobs { get; set; } = true;
    /// <summary>At most so many submissions a job, the latest. 0 to 10.</summary>
    public int? JobSubmissionsLimit { get; init; }
    /// <summary>Page after this time.</summary>
    public DateTimeOffset? PrevSubmittedAt { get; init; }
    /// <summary>Page after this run.</summary>
    public Guid? PrevRunId { get; init; }
    /// <summary>0 to 100.</summary>
    public int Limit { get; set; } = 100;
    /// <summary>Oldest first.</summary>
    public bool Ascending { get; init; }
}

/// <summary>Body of <c>runs/get</c>: one of both.</summary>
public sealed record GetRunRequest(string? RunName = null, Guid? Id = null);

/// <summary>Body of <c>runs/stop</c>.</summary>
public sealed record StopRunsRequest(IReadOnlyList<string> RunsNames, bool Abort);

/// <summary>Body of <c>runs/delete</c>.</summary>
public sealed record DeleteRunsRequest(IReadOnlyList<string> RunsNames);

/// <summary>Body of <c>logs/poll</c>.</summary>
public sealed record PollLogsRequest
{
    /// <summary>The run.</summary>
    public required string RunName { get; init; }
    /// <summary>The attempt.</summary>
    public required Guid JobSubmissionId { get; init; }
    /// <summary>From this time.</summary>
    public DateTimeOffset? StartTime { get; init; }
    /// <summary>To this time.</summary>
    public DateTimeOffset? EndTime { get; init; }
    /// <summary>Newest first.</summary>
    public bool Descending { get; init; }
    /// <summary>Where the last page ended.</summary>
    public string? NextToken { get; init; }
    /// <summary>0 to 1000.</summary>
    public int Limit { get; set; } = 100;
    /// <summary>The agent's own log of the job rather than the job's output.</summary>
    public bool Diagnose { get; init; }
}

/// <summary>A page of a log.</summary>
public sealed record JobSubmissionLogs(IReadOnlyList<LogEvent> Logs, string? ExternalUrl = null, string? NextToken = null);

/// <summary>A piece of a log.</summary>
/// <param name="Timestamp">When the agent read it.</param>
/// <param name="LogSource">Always <c>stdout</c>: both are merged.</param>
/// <param name="Message">Base64 of the bytes.</param>
public sealed record LogEvent(DateTimeOffset Timestamp, string LogSource, string Message);

/// <summary>Body of <c>events/list</c>.</summary>
public sealed record ListEventsRequest
{
    /// <summary>Events about these projects.</summary>
    public IReadOnlyList<Guid>? TargetProjects { get; init; }
    /// <summary>About these users.</summary>
    public IReadOnlyList<Guid>? TargetUsers { get; init; }
    /// <summary>About these fleets.</summary>
    public IReadOnlyList<Guid>? TargetFleets { get; init; }
    /// <summary>About these instances.</summary>
    public IReadOnlyList<Guid>? TargetInstances { get; init; }
    /// <summary>About these runs.</summary>
    public IReadOnlyList<Guid>? TargetRuns { get; init; }
    /// <summary>About these jobs.</summary>
    public IReadOnlyList<Guid>? TargetJobs { get; init; }
    /// <summary>About these volumes.</summary>
    public IReadOnlyList<Guid>? TargetVolumes { get; init; }
    /// <summary>About these gateways.</summary>
    public IReadOnlyList<Guid>? TargetGateways { get; init; }
    /// <summary>About these secrets.</summary>
    public IReadOnlyList<Guid>? TargetSecrets { get; init; }
    /// <summary>About anything within these projects.</summary>
    public IReadOnlyList<Guid>? WithinProjects { get; init; }
    /// <summary>About these fleets or their instances.</summary>
    public IReadOnlyList<Guid>? WithinFleets { get; init; }
    /// <summary>About these runs or their jobs.</summary>
    public IReadOnlyList<Guid>? WithinRuns { get; init; }
    /// <summary>About these kinds: <c>run</c>, <c>job</c>, <c>project</c>, …</summary>
    public IReadOnlyList<string>? IncludeTargetTypes { get; init; }
    /// <summary>By these users; null for the system.</summary>
    public IReadOnlyList<Guid?>? Actors { get; init; }
    /// <summary>Page after this time.</summary>
    public DateTimeOffset? PrevRecordedAt { get; init; }
    /// <summary>Page after this event.</summary>
    public Guid? PrevId { get; init; }
    /// <summary>1 to 100.</summary>
    public int Limit { get; set; } = 100;
    /// <summary>Oldest first.</summary>
    public bool Ascending { get; init; }
}

/// <summary>Something that happened.</summary>
public sealed record Event
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }
    /// <summary>What happened.</summary>
    public required string Message { get; init; }
    /// <summary>When.</summary>
    public required DateTimeOffset RecordedAt { get; init; }
    /// <summary>By whom; null for the system.</summary>
    public Guid? ActorUserId { get; init; }
    /// <summary>By whom.</summary>
    public string? ActorUser { get; init; }
    /// <summary>Whether that user was deleted since.</summary>
    public bool? IsActorUserDeleted { get; init; }
    /// <summary>What it is about.</summary>
    public required IReadOnlyList<EventTarget> Targets { get; init; }
}

/// <summary>What an event is about.</summary>
public sealed record EventTarget
{
    /// <summary><c>run</c>, <c>job</c>, <c>project</c>, <c>user</c>, <c>instance</c>, …</summary>
    public required string Type { get; init; }
    /// <summary>Its project.</summary>
    public Guid? ProjectId { get; init; }
    /// <summary>Its project.</summary>
    public string? ProjectName { get; init; }
    /// <summary>Whether the project was deleted since.</summary>
    public bool? IsProjectDeleted { get; init; }
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
}

/// <summary>Answer of <c>server/get_info</c>.</summary>
public sealed record ServerInfo(string ServerVersion);

/// <summary>One step of <c>GET /api/project/{project}/runs/{run}/follow</c> (server-sent event <c>status</c>): Gantry's own, for a CLI that waits.</summary>
public sealed record RunProgress
{
    /// <summary>The run's status.</summary>
    public required RunStatus Status { get; init; }
    /// <summary>In a few words.</summary>
    public required string StatusMessage { get; init; }
    /// <summary>Why it ended.</summary>
    public string? TerminationReason { get; init; }
    /// <summary>The error in words.</summary>
    public string? Error { get; init; }
    /// <summary>The followed job's latest attempt.</summary>
    public Guid? JobSubmissionId { get; init; }
    /// <summary>Its number, from 0.</summary>
    public int SubmissionNum { get; init; }
    /// <summary>Its status.</summary>
    public JobStatus? JobStatus { get; init; }
    /// <summary>Its exit status.</summary>
    public int? ExitStatus { get; init; }
    /// <summary>The next time by its schedule.</summary>
    public DateTimeOffset? NextTriggeredAt { get; init; }
    /// <summary>How far the followed job's image is, while it is on its way.</summary>
    public ImagePullProgress? ImagePull { get; init; }
}

/// <summary>A job that a host runs for this server, and that the database doesn't know (Gantry's own; <c>POST /api/quarantine/list</c>).</summary>
/// <param name="JobId">The job submission's id, as the agent knows it.</param>
/// <param name="ServerId">The server that started it.</param>
/// <param name="Instance">The host's name.</param>
/// <param name="ProjectName">Its project, as the agent knows it.</param>
/// <param name="RunName">Its run, as the agent knows it.</param>
/// <param name="JobName">Its name, as the agent knows it.</param>
/// <param name="State">What it is doing: <c>running</c>, <c>exited</c>, <c>lost</c>.</param>
/// <param name="StartedAt">Since when.</param>
/// <param name="Pid">Its process on the host.</param>
public sealed record QuarantinedJob(
    Guid JobId, Guid ServerId, string Instance, string ProjectName, string RunName, string JobName, string State, DateTimeOffset? StartedAt, int? Pid);

/// <summary>Body of <c>POST /api/quarantine/stop</c>: someone has decided that these jobs should end. Server administrators only.</summary>
public sealed record StopQuarantinedRequest(IReadOnlyList<Guid> JobIds);

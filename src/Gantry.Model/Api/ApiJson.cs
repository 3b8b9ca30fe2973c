using System.Text.Json.Serialization;
using Gantry.Model.States;

namespace Gantry.Model.Api;

/// <summary>
/// Serialization of the HTTP API: snake case, nulls written, states by their wire names. A property with a default has a
/// setter rather than an initializer: generated deserialization fills every init-only property, and would overwrite its
/// default with null where the JSON leaves it out.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    Converters = [typeof(SnakeCaseEnumConverter<RunStatus>), typeof(SnakeCaseEnumConverter<JobStatus>),
        typeof(SnakeCaseEnumConverter<FleetStatus>), typeof(SnakeCaseEnumConverter<VolumeStatus>), typeof(SnakeCaseEnumConverter<InstanceStatus>), typeof(SnakeCaseEnumConverter<HealthStatus>)])]
[JsonSerializable(typeof(GetRunPlanRequest))]
[JsonSerializable(typeof(RunPlan))]
[JsonSerializable(typeof(ApplyRunPlanRequest))]
[JsonSerializable(typeof(ListRunsRequest))]
[JsonSerializable(typeof(GetRunRequest))]
[JsonSerializable(typeof(StopRunsRequest))]
[JsonSerializable(typeof(DeleteRunsRequest))]
[JsonSerializable(typeof(PollLogsRequest))]
[JsonSerializable(typeof(JobSubmissionLogs))]
[JsonSerializable(typeof(ListEventsRequest))]
[JsonSerializable(typeof(IReadOnlyList<Event>))]
[JsonSerializable(typeof(IReadOnlyList<Run>))]
[JsonSerializable(typeof(IReadOnlyList<Project>))]
[JsonSerializable(typeof(IReadOnlyList<QuarantinedJob>))]
[JsonSerializable(typeof(IReadOnlyList<ErrorDetail>))]
[JsonSerializable(typeof(UserWithCreds))]
[JsonSerializable(typeof(ServerInfo))]
[JsonSerializable(typeof(GetInstanceHealthChecksRequest))]
[JsonSerializable(typeof(GetInstanceHealthChecksResponse))]
[JsonSerializable(typeof(RunProgress))]
[JsonSerializable(typeof(StopQuarantinedRequest))]
[JsonSerializable(typeof(ErrorReply))]
[JsonSerializable(typeof(GetFleetPlanRequest))]
[JsonSerializable(typeof(FleetPlan))]
[JsonSerializable(typeof(ApplyFleetPlanRequest))]
[JsonSerializable(typeof(GetFleetRequest))]
[JsonSerializable(typeof(DeleteFleetsRequest))]
[JsonSerializable(typeof(DeleteFleetInstancesRequest))]
[JsonSerializable(typeof(ListProjectFleetsRequest))]
[JsonSerializable(typeof(ListFleetsRequest))]
[JsonSerializable(typeof(ListInstancesRequest))]
[JsonSerializable(typeof(GetInstanceRequest))]
[JsonSerializable(typeof(IReadOnlyList<Fleet>))]
[JsonSerializable(typeof(IReadOnlyList<Instance>))]
[JsonSerializable(typeof(CreateVolumeRequest))]
[JsonSerializable(typeof(GetVolumeRequest))]
[JsonSerializable(typeof(DeleteVolumesRequest))]
[JsonSerializable(typeof(ListVolumesRequest))]
[JsonSerializable(typeof(IReadOnlyList<Volume>))]
[JsonSerializable(typeof(VolumeFacts))]
[JsonSerializable(typeof(ListGpusRequest))]
[JsonSerializable(typeof(ListGpusResponse))]
[JsonSerializable(typeof(JobMetrics))]
[JsonSerializable(typeof(InstanceOffer))]
[JsonSerializable(typeof(GetFileArchiveByHashRequest))]
[JsonSerializable(typeof(FileArchive))]
[JsonSerializable(typeof(RepoInfo))]
[JsonSerializable(typeof(RemoteRepoCreds))]
[JsonSerializable(typeof(IReadOnlyList<RepoHead>))]
[JsonSerializable(typeof(RepoHeadWithCreds))]
[JsonSerializable(typeof(GetRepoRequest))]
[JsonSerializable(typeof(SaveRepoCredsRequest))]
[JsonSerializable(typeof(DeleteReposRequest))]
public sealed partial class ApiJson : JsonSerializerContext;

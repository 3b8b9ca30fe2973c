using System.Text.Json.Serialization;
using Gantry.Model.Configurations;
using Gantry.Model.States;

namespace Gantry.Model.Api;

/// <summary>What is applied: a fleet's configuration with where it came from. dstack's <c>FleetSpec</c>.</summary>
public sealed record FleetSpec
{
    /// <summary>The configuration.</summary>
    public required Configuration Configuration { get; init; }
    /// <summary>The file's path, for messages.</summary>
    public string? ConfigurationPath { get; init; }
    /// <summary>The profile that was chosen.</summary>
    public Profile? Profile { get; init; }
    /// <summary>Whether dstack made the fleet for a run.</summary>
    public bool Autocreated { get; init; }

    /// <summary>The configuration as what it must be. Throws <see cref="ConfigurationException"/> for another type's.</summary>
    [JsonIgnore]
    public FleetConfiguration Fleet => Configuration as FleetConfiguration
        ?? throw new ConfigurationException([new Problem { Path = "type", Message = $"is {Configuration.Type}, where a fleet is needed", Allowed = "fleet" }]);
}

/// <summary>A fleet. dstack's <c>Fleet</c>.</summary>
public sealed record Fleet
{
    /// <summary>The fleet's id.</summary>
    public required Guid Id { get; init; }
    /// <summary>Unique in its project.</summary>
    public required string Name { get; init; }
    /// <summary>Its project.</summary>
    public required string ProjectName { get; init; }
    /// <summary>What was applied, without private keys.</summary>
    public required FleetSpec Spec { get; init; }
    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>Its status.</summary>
    public required FleetStatus Status { get; init; }
    /// <summary>More about the status, in a sentence.</summary>
    public string? StatusMessage { get; init; }
    /// <summary>Its instances.</summary>
    public required IReadOnlyList<Instance> Instances { get; init; }
}

/// <summary>A host of a fleet. dstack's <c>Instance</c>.</summary>
public sealed record Instance
{
    /// <summary>The instance's id.</summary>
    public required Guid Id { get; init; }
    /// <summary>Its project.</summary>
    public required string ProjectName { get; init; }
    /// <summary>Always <c>remote</c> on hosts of one's own.</summary>
    public string? Backend { get; init; }
    /// <summary>Its shape; null before it was looked at.</summary>
    public InstanceType? InstanceType { get; init; }
    /// <summary>Its name: the fleet's with its number.</summary>
    public required string Name { get; init; }
    /// <summary>Its fleet.</summary>
    public Guid? FleetId { get; init; }
    /// <summary>Its fleet's name.</summary>
    public string? FleetName { get; init; }
    /// <summary>Its number in the fleet, from 0.</summary>
    public required int InstanceNum { get; init; }
    /// <summary>A job that runs there.</summary>
    public string? JobName { get; init; }
    /// <summary>Name or address by which it is reached.</summary>
    public string? Hostname { get; init; }
    /// <summary>Its status.</summary>
    public required InstanceStatus Status { get; init; }
    /// <summary>Whether the server cannot reach it now.</summary>
    public bool Unreachable { get; init; }
    /// <summary>How well it is.</summary>
    public HealthStatus HealthStatus { get; set; } = HealthStatus.Healthy;
    /// <summary>Why it ended.</summary>
    public string? TerminationReason { get; init; }
    /// <summary>More about why, in a sentence.</summary>
    public string? TerminationReasonMessage { get; init; }
    /// <summary>When it was added.</summary>
    public required DateTimeOffset Created { get; init; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
    /// <summary>Always <c>remote</c> on hosts of one's own.</summary>
    public string? Region { get; init; }
    /// <summary>Unused.</summary>
    public string? AvailabilityZone { get; init; }
    /// <summary>Dollars an hour.</summary>
    public double? Price { get; init; }
    /// <summary>Into how many blocks it is divided; null before it was looked at.</summary>
    public int? TotalBlocks { get; init; }
    /// <summary>How many of them jobs hold.</summary>
    public int BusyBlocks { get; init; }
    /// <summary>Gantry's own: what is being done there, or what keeps it from being reached, in a sentence.</summary>
    public string? StatusMessage { get; init; }
}

/// <summary>Body of <c>instances/get_instance_health_checks</c>.</summary>
/// <param name="FleetName">The fleet.</param>
/// <param name="InstanceNum">The instance's number in it.</param>
/// <param name="After">Only checks after this time.</param>
/// <param name="Before">Only checks before this time.</param>
/// <param name="Limit">At most so many.</param>
public sealed record GetInstanceHealthChecksRequest(string FleetName, int InstanceNum, DateTimeOffset? After = null, DateTimeOffset? Before = null, int? Limit = null);

/// <summary>Its answer: the latest check, which is what the agent tells of the host at present.</summary>
public sealed record GetInstanceHealthChecksResponse(IReadOnlyList<HealthCheck> HealthChecks);

/// <summary>How well an instance was at a time. dstack's <c>HealthCheck</c>.</summary>
public sealed record HealthCheck(DateTimeOffset CollectedAt, HealthStatus Status, IReadOnlyList<HealthEvent> Events);

/// <summary>One thing that is wrong. dstack's <c>HealthEvent</c>.</summary>
public sealed record HealthEvent(DateTimeOffset Timestamp, HealthStatus Status, string Message);

/// <summary>Body of <c>fleets/get_plan</c>.</summary>
public sealed record GetFleetPlanRequest(FleetSpec Spec);

/// <summary>The answer: what would happen. dstack's <c>FleetPlan</c>.</summary>
public sealed record FleetPlan
{
    /// <summary>The project.</summary>
    public required string ProjectName { get; init; }
    /// <summary>The user.</summary>
    public required string User { get; init; }
    /// <summary>What was asked for.</summary>
    public required FleetSpec Spec { get; init; }
    /// <summary>With the server's defaults applied.</summary>
    public FleetSpec? EffectiveSpec { get; init; }
    /// <summary>The fleet of that name that exists.</summary>
    public Fleet? CurrentResource { get; init; }
    /// <summary>Always none: hosts of one's own are no offers.</summary>
    public required IReadOnlyList<InstanceOffer> Offers { get; init; }
    /// <summary>Their number.</summary>
    public required int TotalOffers { get; init; }
    /// <summary>Unused.</summary>
    public double? MaxOfferPrice { get; init; }
    /// <summary><c>create</c> or <c>update</c>.</summary>
    public string? Action { get; init; }
}

/// <summary>Body of <c>fleets/apply</c>.</summary>
public sealed record ApplyFleetPlanRequest(ApplyFleetPlanInput Plan, bool Force = false);

/// <summary>What to apply, and what was there when it was planned.</summary>
public sealed record ApplyFleetPlanInput(FleetSpec Spec, Fleet? CurrentResource = null);

/// <summary>Body of <c>fleets/get</c>: one of both.</summary>
public sealed record GetFleetRequest(string? Name = null, Guid? Id = null);

/// <summary>Body of <c>fleets/delete</c>.</summary>
public sealed record DeleteFleetsRequest(IReadOnlyList<string> Names);

/// <summary>Body of <c>fleets/delete_instances</c>.</summary>
public sealed record DeleteFleetInstancesRequest(string Name, IReadOnlyList<int> InstanceNums);

/// <summary>Body of <c>/api/project/PROJECT/fleets/list</c>.</summary>
public sealed record ListProjectFleetsRequest(bool IncludeImported = false);

/// <summary>Body of <c>/api/fleets/list</c>.</summary>
public sealed record ListFleetsRequest
{
    /// <summary>Only this project's.</summary>
    public string? ProjectName { get; init; }
    /// <summary>Only what is not deleted.</summary>
    public bool OnlyActive { get; init; }
    /// <summary>Unused: there are no imports.</summary>
    public bool IncludeImported { get; init; }
    /// <summary>Page after this time.</summary>
    public DateTimeOffset? PrevCreatedAt { get; init; }
    /// <summary>Page after this fleet.</summary>
    public Guid? PrevId { get; init; }
    /// <summary>0 to 100.</summary>
    public int Limit { get; set; } = 100;
    /// <summary>Oldest first.</summary>
    public bool Ascending { get; init; }
}

/// <summary>Body of <c>/api/instances/list</c>.</summary>
public sealed record ListInstancesRequest
{
    /// <summary>Only these projects'.</summary>
    public IReadOnlyList<string>? ProjectNames { get; init; }
    /// <summary>Only these fleets'.</summary>
    public IReadOnlyList<Guid>? FleetIds { get; init; }
    /// <summary>Only what has not ended.</summary>
    public bool OnlyActive { get; init; }
    /// <summary>Page after this time.</summary>
    public DateTimeOffset? PrevCreatedAt { get; init; }
    /// <summary>Page after this instance.</summary>
    public Guid? PrevId { get; init; }
    /// <summary>0 to 1000.</summary>
    public int Limit { get; set; } = 1000;
    /// <summary>Oldest first.</summary>
    public bool Ascending { get; init; }
}

/// <summary>Body of <c>instances/get</c>.</summary>
public sealed record GetInstanceRequest(Guid Id);

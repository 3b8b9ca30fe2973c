using System.Text.Json;
using Gantry.Engine.Fleets;
using Gantry.Model.Api;
using Gantry.Model.Link;
using Gantry.Model.States;
using Gantry.Server.Agents;
using Gantry.Server.Fleets;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Api;

/// <summary>Reads fleets and instances in the API's shape.</summary>
internal sealed class FleetQueries(Names names)
{
    /// <summary>Fleets with their instances.</summary>
    public IReadOnlyList<Fleet> Describe(GantryDb db, IReadOnlyList<FleetRow> rows)
    {
        var ids = rows.Select(row => (Guid?)row.Id).ToList();
        var instances = Describe(db, [.. db.Instances.Where(row => ids.Contains(row.FleetId) && row.DeletedAt == null)]).ToLookup(instance => instance.FleetId);
        return [.. rows.Select(row => new Fleet
        {
            Id = row.Id,
            Name = row.Name,
            ProjectName = names.Project(db, row.ProjectId),
            Spec = JsonSerializer.Deserialize(row.Spec, ApiJson.Default.FleetSpec)!,
            CreatedAt = row.CreatedAt,
            Status = StateNames.Parse<FleetStatus>(row.Status)!.Value,
            StatusMessage = row.StatusMessage,
            Instances = [.. instances[row.Id].OrderBy(instance => instance.InstanceNum)],
        })];
    }

    /// <summary>Instances of fleets, in the order given.</summary>
    public IReadOnlyList<Instance> Describe(GantryDb db, IReadOnlyList<InstanceRow> rows)
    {
        var ids = rows.Select(row => row.Id).ToList();
        var jobs = db.Jobs
            .Where(job => job.InstanceId != null && ids.Contains(job.InstanceId.Value)
                && (job.Status == "provisioning" || job.Status == "pulling" || job.Status == "running" || job.Status == "terminating"))
            .Join(db.Runs, job => job.RunId, run => run.Id, (job, run) => new { Instance = job.InstanceId!.Value, run.Name, job.JobNum, job.ReplicaNum })
            .ToList().ToLookup(job => job.Instance, job => $"{job.Name}-{job.JobNum}-{job.ReplicaNum}");
        var fleetIds = rows.Select(row => row.FleetId).Distinct().ToList();
        var fleets = db.Fleets.Where(fleet => fleetIds.Contains(fleet.Id)).ToDictionary(fleet => fleet.Id);
        return [.. rows.Select(row => Describe(db, row, fleets.GetValueOrDefault(row.FleetId ?? Guid.Empty), [.. jobs[row.Id]]))];
    }

    /// <summary>The latest check of an instance; none of one that was never looked at.</summary>
    public static IReadOnlyList<HealthCheck> HealthChecks(InstanceRow row, FleetRow fleet)
    {
        if (row.Facts is null || row.LastSeenAt is not { } at)
            return [];
        var health = Health(fleet, HostViews.Facts(row));
        return [new HealthCheck(at, health.Status, [.. health.Complaints.Select(complaint => new HealthEvent(at, complaint.Status, complaint.Message))])];
    }

    private static HostHealth Health(FleetRow fleet, HostFacts facts) =>
        HostHealth.Of(facts, needsDocker: FleetDefinitions.Of(fleet).ProcessUser is null);

    private Instance Describe(GantryDb db, InstanceRow row, FleetRow? fleet, IReadOnlyList<string> jobs)
    {
        var facts = row.Facts is null ? null : HostViews.Facts(row);
        var blocks = facts is null ? null : (int?)HostViews.Blocks(row, facts);
        var health = facts is null || fleet is null ? null : Health(fleet, facts);
        return new Instance
        {
            Id = row.Id,
            ProjectName = row.ProjectId is { } project ? names.Project(db, project) : "",
            Backend = "remote",
            InstanceType = facts is null ? null : new InstanceType("ssh", HostViews.Resources(facts)),
            Name = row.Name,
            FleetId = row.FleetId,
            FleetName = fleet?.Name,
            InstanceNum = row.InstanceNum,
            JobName = jobs.Count > 0 ? jobs[0] : null,
            Hostname = row.Address,
            Status = row.Status == "idle" && jobs.Count > 0 ? InstanceStatus.Busy : StateNames.Parse<InstanceStatus>(row.Status)!.Value,
            Unreachable = row.UnreachableSince is not null,
            TerminationReason = row.TerminationReason,
            TerminationReasonMessage = row.TerminationMessage,
            Created = row.CreatedAt,
            FinishedAt = row.FinishedAt,
            Region = "remote",
            Price = 0,
            TotalBlocks = blocks,
            BusyBlocks = Math.Min(jobs.Count, blocks ?? 0),
            HealthStatus = health?.Status ?? HealthStatus.Healthy,
            StatusMessage = row.StatusMessage ?? (health is { Complaints: [_, ..] complaints } ? string.Join(" ", complaints.Select(complaint => complaint.Message)) : null),
        };
    }
}

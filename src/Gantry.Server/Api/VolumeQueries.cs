using System.Text.Json;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.States;
using Gantry.Server.Volumes;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Api;

/// <summary>Reads volumes in the API's shape.</summary>
internal sealed class VolumeQueries(Names names)
{
    /// <summary>Volumes, in the order given.</summary>
    /// <param name="db">The rows.</param>
    /// <param name="rows">The volumes.</param>
    /// <param name="forDstack">Whether the configuration is to be one that dstack's own clients can read.</param>
    public IReadOnlyList<Volume> Describe(GantryDb db, IReadOnlyList<VolumeRow> rows, bool forDstack)
    {
        var ids = rows.Select(row => row.Id).ToList();
        var uses = db.JobVolumes.Where(given => ids.Contains(given.VolumeId))
            .Join(db.Jobs.Where(job => job.InstanceId != null && (job.Status == "provisioning" || job.Status == "pulling" || job.Status == "running" || job.Status == "terminating")), given => given.JobId, job => job.Id, (given, job) => new { given.VolumeId, job.InstanceId })
            .Distinct().ToList();
        var hostIds = uses.Select(use => use.InstanceId).Concat(rows.Select(row => row.InstanceId)).OfType<Guid>().Distinct().ToList();
        var hosts = db.Instances.Where(host => hostIds.Contains(host.Id)).ToDictionary(host => host.Id);
        var fleetIds = hosts.Values.Select(host => host.FleetId).OfType<Guid>().Distinct().ToList();
        var fleets = db.Fleets.Where(fleet => fleetIds.Contains(fleet.Id)).ToDictionary(fleet => fleet.Id, fleet => fleet.Name);
        var attached = uses.ToLookup(use => use.VolumeId, use => Attachment(hosts[use.InstanceId!.Value], fleets));
        return [.. rows.Select(row => Describe(db, row, row.InstanceId is { } holder ? hosts[holder].Name : null, [.. attached[row.Id].OrderBy(host => host.Instance.Name, StringComparer.Ordinal)], forDstack))];
    }

    private Volume Describe(GantryDb db, VolumeRow row, string? host, IReadOnlyList<VolumeAttachment> attachments, bool forDstack)
    {
        var configuration = VolumeDefinitions.Of(row);
        var facts = new VolumeFacts { Instance = host, UsedBytes = row.UsedBytes, FreeBytes = row.FreeBytes, MeasuredAt = row.MeasuredAt, Deleting = row.DeletingAt is not null };
        return new Volume
        {
            Id = row.Id,
            Name = row.Name,
            User = names.User(db, row.UserId),
            ProjectName = names.Project(db, row.ProjectId),
            Configuration = forDstack ? AsDstacks(configuration) : configuration,
            External = row.IsExternal,
            CreatedAt = row.CreatedAt,
            LastProcessedAt = row.LastProcessedAt,
            Status = StateNames.Parse<VolumeStatus>(row.Status)!.Value,
            StatusMessage = row.StatusMessage,
            Deleted = row.DeletedAt is not null,
            DeletedAt = row.DeletedAt,
            VolumeId = row.Directory,
            ProvisioningData = row.Directory is null ? null : new VolumeProvisioningData
            {
                Backend = VolumeConfiguration.Remote,
                VolumeId = row.Directory,
                SizeGb = (int)Math.Ceiling(configuration.Size ?? 0),
                Price = 0,
                BackendData = JsonSerializer.Serialize(facts, ApiJson.Default.VolumeFacts),
            },
            Attachments = attachments,
        };
    }

    // The one of the four backends whose volumes several runs may mount, without what is Gantry's own.
    private static VolumeConfiguration AsDstacks(VolumeConfiguration volume) => volume with
    {
        Backend = volume.Backend == VolumeConfiguration.Remote ? "runpod" : volume.Backend,
        VolumeId = volume.Directory,
        Path = null,
        Fleet = null,
        Instance = null,
        Access = null,
    };

    private static VolumeAttachment Attachment(InstanceRow host, Dictionary<Guid, string> fleets) => new(new VolumeInstance(
        host.Name, host.FleetId is { } fleet ? fleets.GetValueOrDefault(fleet) : null, host.InstanceNum, host.Id.ToString("D")));
}

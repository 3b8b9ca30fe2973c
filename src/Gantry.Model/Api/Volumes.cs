using Gantry.Model.Configurations;
using Gantry.Model.States;

namespace Gantry.Model.Api;

/// <summary>A volume. dstack's <c>Volume</c>.</summary>
public sealed record Volume
{
    /// <summary>The volume's id.</summary>
    public required Guid Id { get; init; }
    /// <summary>Unique in its project.</summary>
    public required string Name { get; init; }
    /// <summary>Whose it is: who created it.</summary>
    public required string User { get; init; }
    /// <summary>Its project.</summary>
    public required string ProjectName { get; init; }
    /// <summary>What was applied.</summary>
    public required Configuration Configuration { get; init; }
    /// <summary>Whether its directory was there before it: then deleting the volume leaves that alone.</summary>
    public required bool External { get; init; }
    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When anything of it last changed.</summary>
    public required DateTimeOffset LastProcessedAt { get; init; }
    /// <summary>Its status.</summary>
    public required VolumeStatus Status { get; init; }
    /// <summary>More about the status, in a sentence.</summary>
    public string? StatusMessage { get; init; }
    /// <summary>Whether it is no more.</summary>
    public required bool Deleted { get; init; }
    /// <summary>Since when.</summary>
    public DateTimeOffset? DeletedAt { get; init; }
    /// <summary>Its directory on its hosts; null while none was chosen.</summary>
    public string? VolumeId { get; init; }
    /// <summary>Where it is; null while no host was chosen.</summary>
    public VolumeProvisioningData? ProvisioningData { get; init; }
    /// <summary>Always 0.</summary>
    public double Cost { get; init; }
    /// <summary>The hosts where jobs have it now.</summary>
    public IReadOnlyList<VolumeAttachment>? Attachments { get; init; }
    /// <summary>Unused.</summary>
    public VolumeAttachmentData? AttachmentData { get; init; }

    /// <summary>The configuration as what it is.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public VolumeConfiguration Spec => (VolumeConfiguration)Configuration;
}

/// <summary>Where a volume is. dstack's <c>VolumeProvisioningData</c>.</summary>
public sealed record VolumeProvisioningData
{
    /// <summary><c>remote</c>.</summary>
    public string? Backend { get; init; }
    /// <summary>Its directory.</summary>
    public required string VolumeId { get; init; }
    /// <summary>The size that was asked for, in whole GB; 0 for none.</summary>
    public required int SizeGb { get; init; }
    /// <summary>Unused.</summary>
    public string? AvailabilityZone { get; init; }
    /// <summary>Always 0.</summary>
    public double? Price { get; init; }
    /// <summary>Always true.</summary>
    public bool Attachable { get; set; } = true;
    /// <summary>Always true.</summary>
    public bool Detachable { get; set; } = true;
    /// <summary>JSON of a <see cref="VolumeFacts"/>: a text of the backend's own in dstack's shape.</summary>
    public string? BackendData { get; init; }
}

/// <summary>What is known of a volume beyond dstack's shape.</summary>
public sealed record VolumeFacts
{
    /// <summary>The host that holds it; null where every host of its fleet does.</summary>
    public string? Instance { get; init; }
    /// <summary>Bytes that its files take; null while that was not measured, and for directories that were there before.</summary>
    public long? UsedBytes { get; init; }
    /// <summary>Bytes that are free on its disk.</summary>
    public long? FreeBytes { get; init; }
    /// <summary>When that was measured.</summary>
    public DateTimeOffset? MeasuredAt { get; init; }
    /// <summary>Whether it is being deleted.</summary>
    public bool Deleting { get; init; }
}

/// <summary>A host where jobs have a volume. dstack's <c>VolumeAttachment</c>.</summary>
/// <param name="Instance">The host.</param>
/// <param name="AttachmentData">Unused.</param>
public sealed record VolumeAttachment(VolumeInstance Instance, VolumeAttachmentData? AttachmentData = null);

/// <summary>A host of a volume. dstack's <c>VolumeInstance</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="FleetName">Its fleet.</param>
/// <param name="InstanceNum">Its number in the fleet, from 0.</param>
/// <param name="InstanceId">Its id.</param>
public sealed record VolumeInstance(string Name, string? FleetName, int InstanceNum, string? InstanceId);

/// <summary>How a volume is attached. dstack's <c>VolumeAttachmentData</c>.</summary>
/// <param name="DeviceName">Always null: directories are no devices.</param>
public sealed record VolumeAttachmentData(string? DeviceName = null);

/// <summary>Body of <c>volumes/create</c>.</summary>
public sealed record CreateVolumeRequest(Configuration Configuration);

/// <summary>Body of <c>volumes/get</c>.</summary>
public sealed record GetVolumeRequest(string Name);

/// <summary>Body of <c>volumes/delete</c>.</summary>
public sealed record DeleteVolumesRequest(IReadOnlyList<string> Names);

/// <summary>Body of <c>/api/volumes/list</c>.</summary>
public sealed record ListVolumesRequest
{
    /// <summary>Only this project's.</summary>
    public string? ProjectName { get; init; }
    /// <summary>Only what is not deleted.</summary>
    public bool OnlyActive { get; init; }
    /// <summary>Page after this time.</summary>
    public DateTimeOffset? PrevCreatedAt { get; init; }
    /// <summary>Page after this volume.</summary>
    public Guid? PrevId { get; init; }
    /// <summary>0 to 100.</summary>
    public int Limit { get; set; } = 100;
    /// <summary>Oldest first.</summary>
    public bool Ascending { get; init; }
}

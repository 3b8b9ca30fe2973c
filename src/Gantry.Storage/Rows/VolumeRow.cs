namespace Gantry.Storage.Rows;

/// <summary>A volume.</summary>
public sealed class VolumeRow
{
    /// <summary>Id.</summary>
    public required Guid Id { get; set; }
    /// <summary>Project.</summary>
    public required Guid ProjectId { get; set; }
    /// <summary>Who created it: its owner.</summary>
    public required Guid UserId { get; set; }
    /// <summary>Unique per project among what is not deleted.</summary>
    public required string Name { get; set; }
    /// <summary>Wire name of a VolumeStatus.</summary>
    public required string Status { get; set; }
    /// <summary>More about the status, in a sentence.</summary>
    public string? StatusMessage { get; set; }
    /// <summary>JSON of the configuration.</summary>
    public required string Spec { get; set; }
    /// <summary>Whether its directory was there before it.</summary>
    public required bool IsExternal { get; set; }
    /// <summary>Its fleet, where its configuration names one.</summary>
    public Guid? FleetId { get; set; }
    /// <summary>The host that holds it; null before one was chosen, and where every host of its fleet does.</summary>
    public Guid? InstanceId { get; set; }
    /// <summary>Its path on its hosts.</summary>
    public string? Directory { get; set; }
    /// <summary>Since when it is known to be there.</summary>
    public DateTimeOffset? MadeAt { get; set; }
    /// <summary>Bytes that its files took when they were last measured.</summary>
    public long? UsedBytes { get; set; }
    /// <summary>Bytes that were free on its disk then.</summary>
    public long? FreeBytes { get; set; }
    /// <summary>When that was.</summary>
    public DateTimeOffset? MeasuredAt { get; set; }
    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; set; }
    /// <summary>When it last changed.</summary>
    public required DateTimeOffset LastProcessedAt { get; set; }
    /// <summary>When a job that had it last ended.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }
    /// <summary>Since when it is to be deleted.</summary>
    public DateTimeOffset? DeletingAt { get; set; }
    /// <summary>When it was deleted.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}

/// <summary>The volume that a job was given for one of its mounts. Key: job and mount.</summary>
public sealed class JobVolumeRow
{
    /// <summary>Job submission.</summary>
    public required Guid JobId { get; set; }
    /// <summary>Which of its mounts of volumes, from 0.</summary>
    public required int MountNum { get; set; }
    /// <summary>Volume.</summary>
    public required Guid VolumeId { get; set; }
}

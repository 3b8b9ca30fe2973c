using Gantry.Model.Values;

namespace Gantry.Model.Configurations;

/// <summary>
/// A <c>type: volume</c>: a directory that outlives the jobs that mount it. Property for property dstack's, and what is Gantry's own: where on hosts of one's
/// own it is, and who may have it at once. A null means "not given".
/// </summary>
public sealed record VolumeConfiguration : Configuration
{
    /// <summary>The backend, and the region, of hosts of one's own.</summary>
    public const string Remote = "remote";

    /// <inheritdoc/>
    public override string Type => "volume";
    /// <summary><c>remote</c> for hosts of one's own, which is what leaving it out means; or one of dstack's clouds.</summary>
    public string Backend { get; init; } = Remote;
    /// <summary>The region; <c>remote</c> for hosts of one's own.</summary>
    public string Region { get; init; } = Remote;
    /// <summary>Size in GB. Of a directory nobody enforces it.</summary>
    public double? Size { get; init; }
    /// <summary>How long after its last use it is deleted; null and <c>off</c> keep it.</summary>
    public DurationOrOff? AutoCleanupDuration { get; init; }
    /// <summary>Tags.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
    /// <summary>What exists already: on hosts of one's own a directory, as <see cref="Path"/>.</summary>
    public string? VolumeId { get; init; }
    /// <summary>A cloud's availability zone.</summary>
    public string? AvailabilityZone { get; init; }

    /// <summary>Kubernetes: an existing claim.</summary>
    public string? ClaimName { get; init; }
    /// <summary>Kubernetes: the storage class.</summary>
    public string? StorageClassName { get; init; }
    /// <summary>Kubernetes: access modes.</summary>
    public IReadOnlyList<string>? AccessModes { get; init; }
    /// <summary>Kubernetes: whether it is mounted read-only.</summary>
    public bool? ReadOnly { get; init; }

    /// <summary>Gantry's own: the fleet whose hosts may hold it; with a path, every host of it has that path.</summary>
    public string? Fleet { get; init; }
    /// <summary>Gantry's own: the name of the host that holds it.</summary>
    public string? Instance { get; init; }
    /// <summary>Gantry's own: an existing directory, absolute. Null for one that Gantry makes.</summary>
    public string? Path { get; init; }
    /// <summary>Gantry's own: who may have it at once; null is <see cref="VolumeAccess.Shared"/>.</summary>
    public VolumeAccess? Access { get; init; }

    /// <summary>The existing directory that it is; null for one that Gantry makes.</summary>
    public string? Directory => Path ?? VolumeId;
}

/// <summary>How many jobs may have a volume at once.</summary>
public enum VolumeAccess
{
    /// <summary>Any number, and all may write.</summary>
    Shared,
    /// <summary>One job.</summary>
    Exclusive,
    /// <summary>Any number, and none may write.</summary>
    ReadOnly,
}

using System.Text.Json.Serialization;

namespace Gantry.Model.Link;

// Volumes of a host, level-triggered as jobs are: after the hellos the server sends all that it has on the host, later what changed, and the agent answers
// each with what it is. One that is left out is let be: data goes only by a WantedVolume with Delete, of the server whose mark is on it.

/// <summary>Server → agent: volumes of the host. The first after the hellos holds all of them.</summary>
public sealed class WantVolumes : LinkMessage
{
    /// <summary>The volumes.</summary>
    public required IReadOnlyList<WantedVolume> Volumes { get; init; }
}

/// <summary>A directory that jobs may be given.</summary>
public sealed record WantedVolume
{
    /// <summary>The volume's id.</summary>
    public required Guid VolumeId { get; init; }
    /// <summary>Its absolute path on the host. Of one that Gantry makes: <c>…/ID/data</c>, with the mark of its server beside it.</summary>
    public required string Directory { get; init; }
    /// <summary>Whether it was there before the volume, and is neither made nor deleted.</summary>
    public bool External { get; init; }
    /// <summary>Whether it may be made. Once it was there, a directory that is gone is a loss to be told, not a new one to be made.</summary>
    public bool MayCreate { get; init; }
    /// <summary>Whether it is to be deleted with all that is in it.</summary>
    public bool Delete { get; init; }
}

/// <summary>A volume that a job has.</summary>
public sealed record JobVolume
{
    /// <summary>The volume.</summary>
    public required WantedVolume Volume { get; init; }
    /// <summary>Its name, for messages.</summary>
    public required string Name { get; init; }
    /// <summary>Absolute path in the job, or <c>./path</c> from its working directory.</summary>
    public required string Target { get; init; }
    /// <summary>Whether the job may only read it.</summary>
    public bool ReadOnly { get; init; }
}

/// <summary>Agent → server: what volumes are, in answer to <see cref="WantVolumes"/>, and now and then how much is in them.</summary>
public sealed class ObservedVolumes : LinkMessage
{
    /// <summary>The volumes.</summary>
    public required IReadOnlyList<ObservedVolume> Volumes { get; init; }
}

/// <summary>What a volume is on its host.</summary>
public sealed record ObservedVolume
{
    /// <summary>The volume's id.</summary>
    public required Guid VolumeId { get; init; }
    /// <summary>What it is.</summary>
    public required VolumeCondition State { get; init; }
    /// <summary>Why it is not there, or not gone, in a sentence.</summary>
    public string? Error { get; init; }
    /// <summary>Bytes that its files take; null when they were not measured now.</summary>
    public long? UsedBytes { get; init; }
    /// <summary>Bytes that are free on its disk; null when that was not measured now.</summary>
    public long? FreeBytes { get; init; }
}

/// <summary>What a volume is on its host.</summary>
[JsonConverter(typeof(States.SnakeCaseEnumConverter<VolumeCondition>))]
public enum VolumeCondition
{
    /// <summary>Its directory is there.</summary>
    Ready,
    /// <summary>It is not there, or not gone; <see cref="ObservedVolume.Error"/> says why.</summary>
    Failed,
    /// <summary>It is gone, as it was to be.</summary>
    Deleted,
}

using Gantry.Engine.Placement;
using Gantry.Model.Configurations;

namespace Gantry.Engine.Volumes;

/// <summary>A volume as placement sees it: where it is, and who has it.</summary>
public sealed record VolumeState
{
    /// <summary>The volume's id.</summary>
    public required Guid VolumeId { get; init; }
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>How many jobs may have it at once.</summary>
    public VolumeAccess Access { get; init; }
    /// <summary>The host that holds it; null where none was chosen yet, or every host of its fleet has it.</summary>
    public Guid? HostId { get; init; }
    /// <summary>That host's name, for messages.</summary>
    public string? HostName { get; init; }
    /// <summary>The fleet on whose hosts it is, or may come to be; null for any host.</summary>
    public Guid? FleetId { get; init; }
    /// <summary>Whether every host of its fleet has it: then jobs on several hosts may have it at once.</summary>
    public bool IsEverywhere { get; init; }
    /// <summary>Why no job can be given it now, as the rest of a sentence; null when one can.</summary>
    public string? Problem { get; init; }
    /// <summary>The runs whose jobs have it.</summary>
    public IReadOnlyList<string> UsedBy { get; init; } = [];

    /// <summary>Whether a job on this host could be given it, however many have it now. A process sees the directory itself, and so could write.</summary>
    internal bool IsFor(HostState host, bool asProcess) =>
        Problem is null
        && (HostId is { } holder ? holder == host.HostId : FleetId is not { } fleet || fleet == host.FleetId)
        && !(asProcess && Access == VolumeAccess.ReadOnly);

    /// <summary>Whether it takes no further job.</summary>
    internal bool IsTaken => Access == VolumeAccess.Exclusive && UsedBy.Count > 0;
}

/// <summary>A mount of a job: the volumes of which it gets one, the first that can be had.</summary>
/// <param name="Names">Their names.</param>
/// <param name="Path">Where the job has it: an absolute path, or <c>./path</c> from its working directory.</param>
/// <param name="Options">Those of them that there are.</param>
public sealed record VolumeWish(IReadOnlyList<string> Names, string Path, IReadOnlyList<VolumeState> Options)
{
    /// <summary>The names in words.</summary>
    internal string Words => "the volume " + string.Join(" or ", Names);

    /// <summary>The wishes of a job, not looked up yet.</summary>
    public static IReadOnlyList<VolumeWish> Of(IReadOnlyList<MountPoint>? mounts) =>
        [.. (mounts ?? []).OfType<VolumeMountPoint>().Select(mount => new VolumeWish(mount.Names, mount.Path, []))];

    /// <summary>The same, looked up in what its project has.</summary>
    public VolumeWish In(IReadOnlyList<VolumeState> volumes) =>
        this with { Options = [.. Names.Select(name => volumes.FirstOrDefault(volume => volume.Name == name)).OfType<VolumeState>()] };
}

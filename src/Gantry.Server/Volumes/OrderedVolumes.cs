using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Link;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Volumes;

/// <summary>What an agent is told about volumes.</summary>
internal static class OrderedVolumes
{
    /// <summary>The volumes that a job was given.</summary>
    public static IReadOnlyList<JobVolume> Of(GantryDb db, JobRow job, JobSpec spec)
    {
        var mounts = (spec.Volumes ?? []).OfType<VolumeMountPoint>().ToList();
        if (mounts.Count == 0)
            return [];
        return [.. db.JobVolumes.Where(given => given.JobId == job.Id).OrderBy(given => given.MountNum)
            .Join(db.Volumes, given => given.VolumeId, row => row.Id, (given, row) => new { given.MountNum, Row = row }).AsEnumerable()
            .Select(given => new JobVolume
            {
                Volume = Of(given.Row),
                Name = given.Row.Name,
                Target = mounts[given.MountNum].Path,
                ReadOnly = VolumeDefinitions.Of(given.Row).Access == VolumeAccess.ReadOnly,
            })];
    }

    /// <summary>A volume that has a directory.</summary>
    public static WantedVolume Of(VolumeRow row) => new()
    {
        VolumeId = row.Id,
        Directory = row.Directory!,
        External = row.IsExternal,
        MayCreate = !row.IsExternal && row.MadeAt is null,
        Delete = row.DeletingAt is not null,
    };
}

using Gantry.Engine.Volumes;
using Gantry.Model.Configurations;
using Gantry.Model.States;
using Gantry.Server.Changes;
using Gantry.Server.Reconcilers;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Volumes;

/// <summary>Who has which volume. A job has its volumes from its placement, in whose transaction that is written, until it has ended; so nothing needs to be taken away from it.</summary>
internal sealed class VolumeUse(RunDefinitions definitions, VolumeHosts hosts)
{
    /// <summary>A job that was just placed has these volumes, one for each of its mounts.</summary>
    public void Give(GantryDb db, ChangeSet changes, JobRow job, InstanceRow host, IReadOnlyList<Guid> volumes, DateTimeOffset now)
    {
        foreach (var (number, id) in volumes.Index())
        {
            db.JobVolumes.Add(new JobVolumeRow { JobId = job.Id, MountNum = number, VolumeId = id });
            if (db.Volumes.Find(id) is { InstanceId: null } row && !VolumeDefinitions.IsEverywhere(row))
                hosts.Bind(db, changes, row, host, now, actor: null);
        }
    }

    /// <summary>These jobs have ended: their volumes were used until now.</summary>
    public static void Release(GantryDb db, ChangeSet changes, IReadOnlyList<Guid> jobs, DateTimeOffset now)
    {
        if (jobs.Count == 0)
            return;
        foreach (var row in db.Volumes.Where(row => db.JobVolumes.Any(given => given.VolumeId == row.Id && jobs.Contains(given.JobId))).ToList())
            row.LastUsedAt = now;
        changes.Volumes = true;
    }

    /// <summary>The volumes of these projects as placement sees them, by project.</summary>
    public static ILookup<Guid, VolumeState> States(GantryDb db, IReadOnlyCollection<Guid> projects)
    {
        var rows = db.Volumes.Where(row => row.DeletedAt == null && projects.Contains(row.ProjectId)).ToList();
        var holders = rows.Select(row => row.InstanceId).OfType<Guid>().Distinct().ToList();
        var names = db.Instances.Where(instance => holders.Contains(instance.Id)).ToDictionary(instance => instance.Id, instance => instance.Name);
        var runs = Runs(db, [.. rows.Select(row => row.Id)]).ToLookup(use => use.VolumeId, use => use.Run);
        return rows.ToLookup(row => row.ProjectId, row => new VolumeState
        {
            VolumeId = row.Id,
            Name = row.Name,
            Access = VolumeDefinitions.Of(row).Access ?? VolumeAccess.Shared,
            HostId = row.InstanceId,
            HostName = row.InstanceId is { } holder ? names.GetValueOrDefault(holder) : null,
            FleetId = row.FleetId,
            IsEverywhere = VolumeDefinitions.IsEverywhere(row),
            Problem = Problem(row),
            UsedBy = [.. runs[row.Id]],
        });
    }

    /// <summary>The runs whose jobs have these volumes now.</summary>
    public static List<(Guid VolumeId, string Run)> Runs(GantryDb db, List<Guid> volumes) =>
        [.. db.JobVolumes.Where(given => volumes.Contains(given.VolumeId))
            .Join(db.Jobs.Where(job => job.Status != "terminated" && job.Status != "aborted" && job.Status != "failed" && job.Status != "done"), given => given.JobId, job => job.Id, (given, job) => new { given.VolumeId, job.RunId })
            .Join(db.Runs, use => use.RunId, run => run.Id, (use, run) => new { use.VolumeId, run.Name })
            .Distinct().OrderBy(use => use.Name).AsEnumerable().Select(use => (use.VolumeId, use.Name))];

    /// <summary>The runs that have a volume, and those in the queue that name it.</summary>
    public List<string> Users(GantryDb db, VolumeRow row)
    {
        var queued = db.Jobs.Where(job => job.Status == "submitted" && job.InstanceId == null)
            .Join(db.Runs.Where(run => run.ProjectId == row.ProjectId), job => job.RunId, run => run.Id, (job, run) => new { run.Id, run.Name, job.JobNum }).ToList()
            .Where(job => (definitions.Get(db, job.Id).Jobs[job.JobNum].Volumes ?? []).OfType<VolumeMountPoint>().Any(mount => mount.Names.Contains(row.Name)))
            .Select(job => job.Name);
        return [.. Runs(db, [row.Id]).Select(use => use.Run).Concat(queued).Distinct().Order(StringComparer.Ordinal)];
    }

    private static string? Problem(VolumeRow row) => row switch
    {
        { DeletingAt: not null } => "it is being deleted",
        { Status: "active" } => null,
        { StatusMessage: { } message } => message.TrimEnd('.'),
        _ => $"it is {StateNames.Parse<VolumeStatus>(row.Status)!.Value.WireName()}: its host has not said yet that it is there",
    };
}

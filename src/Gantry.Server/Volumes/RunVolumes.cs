using Gantry.Engine.Placement;
using Gantry.Engine.Volumes;
using Gantry.Model.Configurations;
using Gantry.Server.Api;
using Gantry.Server.Reconcilers;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Volumes;

/// <summary>Whether a run can have the volumes that it names, said when it is planned and submitted, not when it is placed.</summary>
internal static class RunVolumes
{
    /// <summary>Refuses a run whose volumes are not there, or are wanted where they cannot be. Returns the project's volumes.</summary>
    public static ILookup<Guid, VolumeState>? Check(GantryDb db, RunDefinition definition, ProjectRow project, IReadOnlyList<HostState> hosts)
    {
        if (!definition.HasVolumes)
            return null;
        var states = VolumeUse.States(db, [project.Id]);
        var known = states[project.Id].Select(volume => volume.Name).ToHashSet(StringComparer.Ordinal);
        var problems = definition.Jobs.SelectMany(job => (job.Volumes ?? []).OfType<VolumeMountPoint>())
            .Where(mount => !mount.Names.Any(known.Contains)).Select(mount => Missing(mount, known, project)).Distinct().ToList();
        // Where jobs without an image are processes on all hosts, there is no need to look for a place first.
        if (definition.Jobs is [{ ImageName: "" } job, ..] && MountPaths.NotForProcesses(job.Volumes, job.WorkingDir) is { } path
            && hosts.Where(host => host.ProjectId is null || host.ProjectId == project.Id).All(host => host.Processes))
            problems.Add($"volumes: {path}: without an image the job is a process, for which nothing can be mounted there. Write a path in the working directory (./{Path.GetFileName(path.TrimEnd('/'))}), where it gets a link, or give an `image`.");
        return problems.Count == 0 ? states : throw ApiError.Bad(problems);
    }

    private static string Missing(VolumeMountPoint mount, HashSet<string> known, ProjectRow project) =>
        $"volumes: {string.Join(", ", mount.Names)}: there is no such volume in the project {project.Name}"
        + (known.Count == 0 ? ". Make it: gantry apply -f volume.dstack.yml" : $"; there {(known.Count == 1 ? "is" : "are")} {string.Join(", ", known.Order(StringComparer.Ordinal).Take(10))}.");
}

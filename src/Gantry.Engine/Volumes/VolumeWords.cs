using Gantry.Engine.Placement;
using Gantry.Model.Configurations;

namespace Gantry.Engine.Volumes;

/// <summary>The sentences that say why a run can never have its volumes.</summary>
internal static class VolumeWords
{
    /// <summary>Null when it could.</summary>
    public static string? Impossible(QueuedRun run)
    {
        var wishes = run.Jobs.SelectMany(job => job.Volumes).ToList();
        if (wishes.Find(wish => wish.Options.Count == 0) is { } missing)
            return $"There is no volume {string.Join(" or ", missing.Names)} in the project any more.";
        return wishes.Where(wish => wish.Options is [{ Access: VolumeAccess.Exclusive }]).GroupBy(wish => wish.Options[0].VolumeId).FirstOrDefault(same => same.Count() > 1) is { } shared
            ? $"{Several(run)} of it are to have the volume {shared.First().Options[0].Name}, which takes one job at a time (access: exclusive). {ForEach(shared.First())}"
            : null;
    }

    /// <summary>Why nodes that no host can hold together cannot be on several: a volume that is on one; null when that is not why.</summary>
    public static string? OnOneHost(QueuedRun run) =>
        run.Jobs.SelectMany(job => job.Volumes).Where(wish => wish.Options is [{ IsEverywhere: false }]).GroupBy(wish => wish.Options[0].VolumeId).FirstOrDefault(same => same.Count() > 1) is { } shared
            ? $"Its nodes share the volume {shared.First().Options[0].Name}, which is on one host. {ForEach(shared.First())}"
            : null;

    private static string Several(QueuedRun run) => run.Jobs.Count > 1 ? "Several nodes" : "Several mounts";

    private static string ForEach(VolumeWish wish) =>
        $"Give each node a volume of its own ({wish.Names[0]}-${{{{ dstack.node_rank }}}}), or name one with a path that every host of a fleet has.";
}

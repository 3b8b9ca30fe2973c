using Gantry.Engine.Placement;
using Gantry.Model.Configurations;

namespace Gantry.Engine.Volumes;

/// <summary>
/// Which volumes are given out while a plan is made: one that has no host yet is on the host of its first job from then on, and one that takes a single job
/// is taken.
/// </summary>
/// <param name="ignoresUse">Whether to leave out of account who has the volumes now: for what would fit if nothing else ran.</param>
internal sealed class VolumeLedger(bool ignoresUse = false)
{
    private Dictionary<Guid, Guid> hosts = [];
    private HashSet<Guid> taken = [];

    /// <summary>The same, to try something with.</summary>
    public VolumeLedger Copy() => new(ignoresUse) { hosts = new(hosts), taken = [.. taken] };

    /// <summary>Keeps what was tried.</summary>
    public void Adopt(VolumeLedger tried) => (hosts, taken) = (tried.hosts, tried.taken);

    /// <summary>Gives the job its volumes on this host, one for each of its wishes. Null, and nothing given, where one cannot be had there.</summary>
    public IReadOnlyList<Guid>? Take(QueuedJob job, HostState host)
    {
        if (job.Volumes.Count == 0)
            return [];
        var chosen = new List<VolumeState>(job.Volumes.Count);
        foreach (var wish in job.Volumes)
        {
            if (wish.Options.FirstOrDefault(volume => volume.IsFor(host, job.IsProcessOn(host)) && IsFree(volume) && IsOrMayBeOn(volume, host)) is not { } volume)
                return null;
            chosen.Add(volume);
        }
        foreach (var volume in chosen)
        {
            if (volume.Access == VolumeAccess.Exclusive)
                taken.Add(volume.VolumeId);
            if (volume is { HostId: null, IsEverywhere: false })
                hosts[volume.VolumeId] = host.HostId;
        }
        return [.. chosen.Select(volume => volume.VolumeId)];
    }

    /// <summary>Why a run waits for volumes, whatever room there is; null when it does not.</summary>
    public string? Waits(QueuedRun run)
    {
        foreach (var wish in run.Jobs.SelectMany(job => job.Volumes))
        {
            if (wish.Options.Any(volume => volume.Problem is null && IsFree(volume)))
                continue;
            return $"Waits for {wish.Words}: {string.Join("; ", wish.Options.Select(Hindrance))}.";
        }
        return null;
    }

    private bool IsFree(VolumeState volume) => !taken.Contains(volume.VolumeId) && (ignoresUse || !volume.IsTaken);

    private bool IsOrMayBeOn(VolumeState volume, HostState host) => !hosts.TryGetValue(volume.VolumeId, out var chosen) || chosen == host.HostId;

    private static string Hindrance(VolumeState volume) => volume switch
    {
        { Problem: { } problem } => problem,
        { UsedBy: [var run, ..] } => $"it takes one job at a time, and run {run} has it",
        _ => "it takes one job at a time, and a run before it was given it",
    };
}

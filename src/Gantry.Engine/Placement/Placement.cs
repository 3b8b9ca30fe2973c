using Gantry.Engine.Volumes;

namespace Gantry.Engine.Placement;

// A run that fits is placed; one that does not waits, and what it waits for is kept for it: the hosts that would hold it if they were
// empty are reserved, so that later runs get only what it would leave over. Therefore nobody starves: the first run of the queue sees all
// that is free; what runs now ends, nothing behind the first can take what it asked for, so it is placed in the end, and the next is first.
// A smaller run may pass a bigger one only with what the bigger one does not need.

/// <summary>Where jobs go, as a pure function.</summary>
public static class Placement
{
    /// <summary>Places the queue on the hosts: highest priority first, then oldest, each run whole or not at all; capacity is never exceeded.</summary>
    public static PlacementPlan Plan(IReadOnlyList<QueuedRun> queue, IReadOnlyList<HostState> hosts, DateTimeOffset now)
    {
        var assignments = new List<Assignment>();
        var refusals = new List<Refusal>();
        var waiting = new List<Refusal>();
        var present = Rooms(hosts);
        var reachable = present.Where(room => room.Host.Reachable).ToList();

        var volumes = new VolumeLedger();
        var isFirst = true;
        foreach (var run in queue.OrderByDescending(run => run.Priority).ThenBy(run => run.SubmittedAt).ThenBy(run => run.RunId))
        {
            if (VolumeWords.Impossible(run) is { } never)
            {
                refusals.Add(new(run.RunId, never));
            }
            else if (volumes.Waits(run) is { } busy)
            {
                // No room is kept for it meanwhile: it would stand empty for as long as somebody else has the volume.
                waiting.Add(new(run.RunId, busy));
            }
            else if (Packing.IntoFree(run, reachable, volumes) is { } places)
            {
                assignments.AddRange(places.Select(place => new Assignment(run.RunId, place.Job.JobId, place.Room.Host.HostId, place.Portion.Gpus) { Volumes = place.Volumes }));
            }
            else if (hosts.Count == 0)
            {
                waiting.Add(new(run.RunId, PlacementWords.NoHosts));
            }
            else if (Packing.IntoEmpty(run, reachable) is { } wanted)
            {
                // Only the first says what it lacks: that changes with every job that starts or ends, and each new word is a row written.
                waiting.Add(new(run.RunId, isFirst ? PlacementWords.Waits(run, present, now) : PlacementWords.WaitsBehind));
                isFirst = false;
                foreach (var place in wanted)
                {
                    place.Room.Reserve(place.Portion);
                }
            }
            else if (Packing.IntoEmpty(run, present) is not null)
            {
                waiting.Add(new(run.RunId, PlacementWords.WaitsForConnection(run, present, now)));
            }
            else
            {
                refusals.Add(new(run.RunId, PlacementWords.Impossible(run, present)));
            }
        }

        return new() { Assignments = assignments, Refusals = refusals, Waiting = waiting };
    }

    /// <summary>
    /// The hosts in the order in which they are tried, the same in every round: what is reserved for a run that waits must not move to a host that
    /// somebody else was let onto meanwhile. A fleet goes before the server's own machine, and small hosts before big ones, which are kept for what needs them.
    /// </summary>
    internal static List<Room> Rooms(IReadOnlyList<HostState> hosts) =>
        [.. hosts.Select(host => new Room(host)).OrderBy(room => room.Host.Embedded).ThenBy(room => room.Host.Gpus.Count).ThenBy(room => room.Host.Resources.Cpus)];
}

using System.Globalization;
using Gantry.Engine.Volumes;

namespace Gantry.Engine.Placement;

/// <summary>The sentences that say why a run is not placed: what it needs, and what there is.</summary>
internal static class PlacementWords
{
    public const string NoHosts = "Waits for a host: none is known yet.";

    public const string WaitsBehind = "Waits for its turn: a run before it waits for room.";

    private const int HostsNamed = 3;

    /// <summary>Why no host could ever hold it: "it needs 64 CPUs on one host; host a has 2, host b has 8".</summary>
    public static string Impossible(QueuedRun run, IReadOnlyList<Room> rooms)
    {
        var misfit = run.Jobs.FirstOrDefault(job => !rooms.Any(room => room.FitsEmpty(job)));
        if (misfit is not null)
        {
            return $"No host can hold it: {Sentence([.. rooms.Select(room => Shortage.Of(misfit, room, room.Total, "has", ""))])}.";
        }

        if (VolumeWords.OnOneHost(run) is { } shared)
        {
            return shared;
        }

        var able = rooms.Where(room => run.Jobs.Any(room.FitsEmpty)).ToList();
        if (able.TrueForAll(room => !room.Host.Embedded))
        {
            return $"No fleet can hold its {Number(run.Jobs.Count)} nodes together: each needs a host of its own, and all of one fleet with placement: cluster; "
                + string.Join(", ", able.GroupBy(room => room.Host.FleetName).Select(fleet => $"fleet {fleet.Key} has {Number(fleet.Count())} that could")) + ".";
        }

        return $"No hosts can hold its {Number(run.Jobs.Count)} nodes together: they need "
            + $"{Amounts(Sum(run, rooms[0]))}; {string.Join(", ", rooms.Take(HostsNamed).Select(room => $"host {room.Host.Name} has {Amounts(room.Hardware)}"))}.";
    }

    /// <summary>What the first of the queue waits for.</summary>
    public static string Waits(QueuedRun run, IReadOnlyList<Room> present, DateTimeOffset now)
    {
        var able = present.Where(room => run.Jobs.Any(room.FitsEmpty)).ToList();
        var full = able.Where(room => !room.Host.Reachable || !run.Jobs.Any(room.FitsFree)).ToList();
        return full.Count == 0
            ? "Waits until there is room for all of its nodes at once."
            : $"Waits for room: {Sentence(Shortages(run, full, now))}.";
    }

    /// <summary>That it waits for hosts that are away: which, and for how long.</summary>
    public static string WaitsForConnection(QueuedRun run, IReadOnlyList<Room> present, DateTimeOffset now)
    {
        var away = present.Where(room => !room.Host.Reachable && run.Jobs.Any(room.FitsEmpty)).ToList();
        return $"Waits for a host that could hold it to connect: {string.Join(", ", away.Take(HostsNamed).Select(room => Away(room, now)))}{More(away.Count)}.";
    }

    private static List<Shortage> Shortages(QueuedRun run, IEnumerable<Room> full, DateTimeOffset now)
    {
        var shortages = new List<Shortage>();
        // The hosts that are there tell what is needed; those that are away say so behind them.
        foreach (var room in full.OrderBy(room => !room.Host.Reachable))
        {
            var job = run.Jobs.First(room.FitsEmpty);
            shortages.Add(room.Host.Reachable
                ? Shortage.Of(job, room, room.Free, "has", " free")
                : new Shortage(shortages.Count > 0 ? shortages[0].Need : null, Away(room, now)));
        }

        return shortages;
    }

    private static string Sentence(List<Shortage> shortages)
    {
        var named = shortages.Take(HostsNamed).GroupBy(shortage => shortage.Need)
            .Select(same => (same.Key is null ? "" : $"it needs {same.Key}; ") + string.Join(", ", same.Select(shortage => shortage.Has)));
        return string.Join("; ", named) + More(shortages.Count);
    }

    private static string Away(Room room, DateTimeOffset now) =>
        $"host {room.Host.Name} is unreachable" + (room.Host.UnreachableSince is { } since ? $" for {Age(now - since)}" : "");

    // Whole minutes: a sentence that changes every second would be written to the database every second.
    private static string Age(TimeSpan age) => age switch
    {
        { TotalMinutes: < 1 } => "less than a minute",
        { TotalHours: < 2 } => $"{Number((long)age.TotalMinutes)} min",
        { TotalDays: < 2 } => $"{Number((long)age.TotalHours)} h",
        _ => $"{Number((long)age.TotalDays)} days",
    };

    private static Demand Sum(QueuedRun run, Room room) => run.Jobs.Aggregate(default(Demand), (sum, job) => sum + Demand.Of(job.Requirements, room.Host.Embedded));

    private static string Amounts(Demand demand) => string.Join(", ", new[]
    {
        demand.Cpus > 0 ? Shortage.Cpus(demand.Cpus) : "",
        demand.MemoryMib > 0 ? Shortage.Size(demand.MemoryMib) + " of memory" : "",
        demand.DiskMib > 0 ? Shortage.Size(demand.DiskMib) + " of disk" : "",
        "room for " + Number(demand.Slots) + (demand.Slots == 1 ? " job" : " jobs"),
    }.Where(part => part.Length > 0));

    private static string More(int count) => count > HostsNamed ? $", and {Number(count - HostsNamed)} more hosts" : "";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}

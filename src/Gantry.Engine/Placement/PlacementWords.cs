using System.Globalization;

namespace Gantry.Engine.Placement;

/// <summary>The sentences that say why a run is not placed: what it needs, and what there is.</summary>
internal static class PlacementWords
{
    public const string NoHosts = "Waits for a host: none is known yet.";

    public const string WaitsForConnection = "Waits for a host that could hold it to connect.";

    public const string WaitsBehind = "Waits for its turn: a run before it waits for room.";

    private const int HostsNamed = 3;

    /// <summary>Why no host could ever hold it: "needs 64 CPUs; host a has 2".</summary>
    public static string Impossible(QueuedRun run, IReadOnlyList<Room> rooms)
    {
        var misfit = run.Jobs.FirstOrDefault(job => !rooms.Any(room => room.FitsEmpty(job)));
        if (misfit is not null)
        {
            return $"No host can hold it: {List(rooms, room => Lack(misfit, room, room.Total, "has"))}.";
        }

        return $"No hosts can hold its {Number(run.Jobs.Count)} nodes together: they need "
            + $"{Amounts(Sum(run, rooms[0]))}; {List(rooms, room => $"host {room.Host.Name} has {Amounts(room.Total)}")}.";
    }

    /// <summary>What the first of the queue waits for.</summary>
    public static string Waits(QueuedRun run, IReadOnlyList<Room> reachable)
    {
        var able = reachable.Where(room => run.Jobs.Any(room.FitsEmpty)).ToList();
        var full = able.Where(room => !run.Jobs.Any(room.FitsFree)).ToList();
        return full.Count == 0
            ? "Waits until there is room for all of its nodes at once."
            : $"Waits for room: {List(full, room => Lack(run.Jobs.First(room.FitsEmpty), room, room.Free, "has free"))}.";
    }

    private static string Lack(QueuedJob job, Room room, Demand has, string verb)
    {
        var needs = room.DemandOf(job);
        var host = $"host {room.Host.Name}";
        return job switch
        {
            _ when job.NeedsContainer && !room.Host.Containers => $"it needs Docker for its image, and on {host} {room.Host.ContainersProblem ?? "there is none"}",
            _ when !room.HasArchitecture(job) => $"it needs another CPU architecture; {host} is {room.Host.Resources.CpuArch}",
            _ when Exceeds(needs.Cpus, has.Cpus) => $"it needs {Cpus(needs.Cpus)}; {host} {verb} {Cpus(Floor(has.Cpus))}",
            _ when Exceeds(needs.MemoryMib, has.MemoryMib) => $"it needs {Size(needs.MemoryMib)} of memory; {host} {verb} {Size(Floor(has.MemoryMib))}",
            _ when Exceeds(needs.DiskMib, has.DiskMib) => $"it needs {Size(needs.DiskMib)} of disk; {host} {verb} {Size(Floor(has.DiskMib))}",
            _ when Exceeds(needs.Gpus, has.Gpus) || !room.IsEligible(job) => $"it needs {Number(needs.Gpus)} such GPUs; {host} {verb} {Number(Floor(has.Gpus))} GPUs",
            _ => $"{host} runs at most {Number(room.Host.MaxJobs)} jobs at once",
        };
    }

    private static Demand Sum(QueuedRun run, Room room) => run.Jobs.Aggregate(default(Demand), (sum, job) => sum + room.DemandOf(job));

    private static string Amounts(Demand demand) => string.Join(", ", new[]
    {
        demand.Cpus > 0 ? Cpus(demand.Cpus) : "",
        demand.MemoryMib > 0 ? Size(demand.MemoryMib) + " of memory" : "",
        demand.DiskMib > 0 ? Size(demand.DiskMib) + " of disk" : "",
        demand.Gpus > 0 ? Number(demand.Gpus) + " GPUs" : "",
        "room for " + Number(demand.Slots) + (demand.Slots == 1 ? " job" : " jobs"),
    }.Where(part => part.Length > 0));

    private static string List(IReadOnlyList<Room> rooms, Func<Room, string> say) =>
        string.Join("; ", rooms.Take(HostsNamed).Select(say)) + (rooms.Count > HostsNamed ? $"; and {Number(rooms.Count - HostsNamed)} more hosts" : "");

    private static string Cpus(long count) => count == 1 ? "1 CPU" : Number(count) + " CPUs";

    private static string Size(long mib) => (mib / 1024.0).ToString("0.##", CultureInfo.InvariantCulture) + "GB";

    private static bool Exceeds(long needs, long has) => needs > 0 && needs > has;

    private static long Floor(long free) => Math.Max(0, free);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}

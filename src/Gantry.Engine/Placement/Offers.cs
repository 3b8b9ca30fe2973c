using Gantry.Model.Api;
using Gantry.Model.Link;

namespace Gantry.Engine.Placement;

/// <summary>What an offer shows of a host.</summary>
public enum OfferScope
{
    /// <summary>The part that the job would get.</summary>
    Part,
    /// <summary>All of it.</summary>
    Whole,
    /// <summary>What no job has now.</summary>
    Unallocated,
}

/// <summary>What there is for a job: each host that could hold it.</summary>
public static class Offers
{
    /// <summary>The backend and the region of hosts of one's own.</summary>
    public const string Remote = "remote";

    /// <summary>The offers for a job, idle hosts first.</summary>
    public static IReadOnlyList<InstanceOffer> For(QueuedJob job, IReadOnlyList<HostState> hosts, OfferScope scope = OfferScope.Part) =>
        [.. Fitting(job, hosts)
            .Where(offer => scope != OfferScope.Unallocated || offer.Rank == 0)
            .Select(offer => new InstanceOffer
            {
                Backend = Remote,
                Instance = new InstanceType(offer.Room.Host.Name, Resources(offer.Room, offer.Portion, scope)),
                Region = Remote,
                Price = 0,
                Availability = offer.Rank switch { 0 => "idle", 1 => "busy", _ => "not_available" },
                InstanceRuntime = job.NeedsContainer ? "shim" : "runner",
                Blocks = offer.Room.Host.Embedded ? 1 : (int)offer.Portion.Demand.Slots,
                TotalBlocks = offer.Room.Blocks,
            })];

    private static IEnumerable<(Room Room, Portion Portion, int Rank)> Fitting(QueuedJob job, IReadOnlyList<HostState> hosts) =>
        hosts.Select(host => new Room(host))
            .Select(room => (Room: room, Portion: room.Fit(job, room.Total)))
            .Where(offer => offer.Portion is not null)
            .Select(offer => (offer.Room, Portion: offer.Portion!, Rank: !offer.Room.Host.Reachable ? 2 : offer.Room.FitsFree(job) ? 0 : 1))
            .OrderBy(offer => offer.Rank).ThenBy(offer => offer.Room.Host.Name, StringComparer.Ordinal);

    // A job has its blocks; the embedded host is shared by all, so that a job may use what is there.
    private static HostResources Resources(Room room, Portion portion, OfferScope scope) => scope switch
    {
        OfferScope.Unallocated => Free(room),
        OfferScope.Part when !room.Host.Embedded && portion.Demand.Slots < room.Blocks => Blocks(room, portion.Demand.Slots, portion.Gpus),
        _ => room.Host.Resources,
    };

    private static HostResources Free(Room room)
    {
        var (whole, free) = (room.Host.Resources, room.Free.Amounts);
        return room.Host.Embedded
            ? whole with { Cpus = (int)Math.Max(0, free.Cpus), MemoryMib = Math.Max(0, free.MemoryMib), Gpus = [.. room.Free.Gpus.Select(Api)], Disk = new HostDisk(Math.Max(0, free.DiskMib)) }
            : Blocks(room, Math.Max(0, free.Slots), room.Free.Gpus);
    }

    private static HostResources Blocks(Room room, long blocks, IReadOnlyList<GpuDevice> gpus) => room.Host.Resources with
    {
        Cpus = (int)(room.Host.Resources.Cpus * blocks / room.Blocks),
        MemoryMib = room.Host.Resources.MemoryMib * blocks / room.Blocks,
        Gpus = [.. gpus.Select(Api)],
    };

    private static HostGpu Api(GpuDevice gpu) => new(gpu.Name, gpu.MemoryMib, gpu.Vendor);
}

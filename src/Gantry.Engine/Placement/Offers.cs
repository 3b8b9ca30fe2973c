using Gantry.Model.Api;
using Gantry.Model.Link;

namespace Gantry.Engine.Placement;

/// <summary>What there is for a job: each host that could hold it, with the part that it would get.</summary>
public static class Offers
{
    /// <summary>The backend and the region of hosts of one's own.</summary>
    public const string Remote = "remote";

    /// <summary>The offers for a job, idle hosts first.</summary>
    public static IReadOnlyList<InstanceOffer> For(QueuedJob job, IReadOnlyList<HostState> hosts) =>
        [.. Fitting(job, hosts).Select(offer => new InstanceOffer
        {
            Backend = Remote,
            Instance = new InstanceType(offer.Room.Host.Name, Resources(offer.Room, offer.Portion)),
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
    private static HostResources Resources(Room room, Portion portion)
    {
        var whole = room.Host.Resources;
        return room.Host.Embedded || portion.Demand.Slots == room.Blocks ? whole : whole with
        {
            Cpus = (int)(whole.Cpus * portion.Demand.Slots / room.Blocks),
            MemoryMib = whole.MemoryMib * portion.Demand.Slots / room.Blocks,
            Gpus = [.. portion.Gpus.Select(Api)],
        };
    }

    private static HostGpu Api(GpuDevice gpu) => new(gpu.Name, gpu.MemoryMib, gpu.Vendor);
}

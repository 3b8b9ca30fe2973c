using Gantry.Model.Api;
using Gantry.Model.Values;

namespace Gantry.Engine.Placement;

/// <summary>What a job takes of a host, or a host has: one number a resource. GPUs are counted one by one elsewhere (<see cref="Capacity"/>).</summary>
internal readonly record struct Demand(long Slots, long Cpus, long MemoryMib, long DiskMib)
{
    /// <summary>dstack's defaults for what a configuration leaves out: 2 CPUs, 8 GB, 100 GB of disk.</summary>
    private static readonly Demand Defaults = new(1, 2, 8 << 10, 100 << 10);

    /// <summary>
    /// What a job asks for: the low end of each range. A high end never excludes a host, since a job gets a share of it, not all.
    /// On the embedded host, what is left out asks for nothing.
    /// </summary>
    public static Demand Of(Requirements requirements, bool embedded)
    {
        var asked = requirements.Resources;
        return new(
            1,
            asked.Cpu is { } cpu ? cpu.Count.Min ?? 0 : embedded ? 0 : Defaults.Cpus,
            asked.Memory is { } memory ? Mib(memory) : embedded ? 0 : Defaults.MemoryMib,
            asked.Disk is { } disk ? Mib(disk) : embedded ? 0 : Defaults.DiskMib);
    }

    /// <summary>All that a host has, with so many places for jobs.</summary>
    public static Demand Of(HostState host, int slots) =>
        new(slots, host.Resources.Cpus, host.Resources.MemoryMib, host.Resources.Disk.SizeMib);

    public static Demand operator +(Demand a, Demand b) =>
        new(a.Slots + b.Slots, a.Cpus + b.Cpus, a.MemoryMib + b.MemoryMib, a.DiskMib + b.DiskMib);

    public static Demand operator -(Demand a, Demand b) =>
        new(a.Slots - b.Slots, a.Cpus - b.Cpus, a.MemoryMib - b.MemoryMib, a.DiskMib - b.DiskMib);

    /// <summary>
    /// Whether all of it is there. What is not asked for need not be there: a host may be short of memory (more was reserved than
    /// is free) and still take a job that asks for none.
    /// </summary>
    public bool FitsInto(Demand free) =>
        Fits(Slots, free.Slots) && Fits(Cpus, free.Cpus) && Fits(MemoryMib, free.MemoryMib) && Fits(DiskMib, free.DiskMib);

    private static bool Fits(long asked, long free) => asked == 0 || asked <= free;

    private static long Mib(Range<double> gigabytes) => (long)((gigabytes.Min ?? 0) * 1024);
}

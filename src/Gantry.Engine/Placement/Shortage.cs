using System.Globalization;
using Gantry.Engine.Volumes;
using Gantry.Model.Values;

namespace Gantry.Engine.Placement;

/// <summary>What a host lacks for a job.</summary>
/// <param name="Need">What the job needs, as the rest of "it needs …"; null where the host's part of the sentence says it all.</param>
/// <param name="Has">What the host has: "host a has 4 free".</param>
internal sealed record Shortage(string? Need, string Has)
{
    /// <summary>Of a host with this capacity, that does not hold the job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="room">The host.</param>
    /// <param name="there">All of it, or what is free of it.</param>
    /// <param name="verb">"has".</param>
    /// <param name="rest">What goes behind an amount: " free", or nothing.</param>
    public static Shortage Of(QueuedJob job, Room room, Capacity there, string verb, string rest)
    {
        var host = $"host {room.Host.Name}";
        if (room.MisfitOf(job) is { } misfit)
        {
            return Misfitting(misfit, job, room, host);
        }

        var needs = Demand.Of(job.Requirements, room.Host.Embedded);
        var has = room.Host.Embedded ? there.Amounts : room.Hardware;
        return job switch
        {
            _ when Exceeds(needs.Cpus, has.Cpus) => new($"{Cpus(needs.Cpus)} on one host", $"{host} {verb} {Number(Floor(has.Cpus))}{rest}"),
            _ when Exceeds(needs.MemoryMib, has.MemoryMib) => new($"{Size(needs.MemoryMib)} of memory on one host", $"{host} {verb} {Size(Floor(has.MemoryMib))}{rest}"),
            _ when Exceeds(needs.DiskMib, has.DiskMib) => new($"{Size(needs.DiskMib)} of disk on one host", $"{host} {verb} {Size(Floor(has.DiskMib))}{rest}"),
            _ when job.Requirements.Resources.Gpu is { } gpu && GpuChoice.Of(gpu, there.Gpus, 0) is null =>
                new($"{Gpus(gpu)} on one host", $"{host} {verb} {Number(there.Gpus.Count(device => GpuChoice.Matches(gpu, device)))}{rest}{Trouble(room)}"),
            _ when room.Host.Embedded => new(null, $"{host} runs at most {Number(room.Host.MaxJobs)} jobs at once"),
            _ when room.Blocks > 1 => new(
                $"{Number(room.DemandOf(job.Requirements)?.Slots ?? 1)} of {Number(room.Blocks)} blocks of a host", $"{host} {verb} {Number(Floor(there.Amounts.Slots))}{rest}"),
            _ => new("a host to itself", $"{host} is taken"),
        };
    }

    /// <summary>CPUs in words.</summary>
    public static string Cpus(long count) => count == 1 ? "1 CPU" : Number(count) + " CPUs";

    /// <summary>A size in words.</summary>
    public static string Size(long mib) => (mib / 1024.0).ToString("0.##", CultureInfo.InvariantCulture) + "GB";

    private static Shortage Misfitting(Misfit misfit, QueuedJob job, Room room, string host) => misfit switch
    {
        Misfit.Leaving => new(null, $"{host} takes no new jobs"),
        Misfit.Project => new(null, $"{host} is another project's"),
        Misfit.Wish when job.Wishes.Unmet(room.Host) is { } wish => new(wish, room.Host.FleetName is { } fleet ? $"{host} is in fleet {fleet}" : $"{host} is this server's own"),
        Misfit.Container => new(null, $"it needs Docker{(job.NeedsContainer ? " for its image" : "")}, and on {host} {room.Host.ContainersProblem ?? "there is none"}"),
        Misfit.Architecture => new("another CPU architecture", $"{host} is {room.Host.Resources.CpuArch}"),
        Misfit.Volume => Volume(job, room.Host, host),
        Misfit.Mount => new(null, $"{host} runs jobs without an image as processes, for which nothing can be mounted at {job.MountedOnlyInContainers}: write a path in the working directory (./data), or give an image"),
        Misfit.Cluster => new("a fleet with placement: cluster for its nodes", $"{host} is in fleet {room.Host.FleetName}, which is none"),
        _ => new(null, $"{host} is not for it"),
    };

    private static Shortage Volume(QueuedJob job, HostState host, string words)
    {
        var wish = job.Volumes.First(wish => !wish.Options.Any(volume => volume.IsFor(host, job.IsProcessOn(host))));
        return wish.Options.Any(volume => volume.IsFor(host, asProcess: false))
            ? new(null, $"{words} runs jobs without an image as processes, which cannot be kept from writing to {wish.Words}: give an image")
            : new(wish.Words + Where(wish), $"{words} does not have it");
    }

    private static string Where(VolumeWish wish) =>
        wish.Options.Select(volume => volume.HostName).OfType<string>().Distinct().ToList() is { Count: > 0 } names ? $" (on host {string.Join(", ", names)})" : "";

    // "8 × H100 80GB", as people say it.
    private static string Gpus(GpuSpec spec)
    {
        var count = Math.Max(1, spec.Count.Min ?? 0);
        var model = spec.Names is { Count: > 0 } names ? string.Join(" or ", names)
            : spec.Vendor is { } vendor ? $"{(vendor == GpuVendor.Nvidia || vendor == GpuVendor.Amd ? vendor.ToString().ToUpperInvariant() : vendor)} GPU"
            : "GPU";
        var memory = spec.Memory is { } range ? " " + RangeText.Print(range)
            : spec.TotalMemory is { } total ? $" with {RangeText.Print(total)} together"
            : "";
        return $"{Number(count)} × {model}{memory}";
    }

    private static string Trouble(Room room)
    {
        var broken = room.Host.Gpus.FirstOrDefault(gpu => gpu.Problem is not null);
        return broken is not null ? $" (its {broken.Name} {Number(broken.Index)} can not be used: {broken.Problem})"
            : room.Host.GpuProblem is { } problem ? $" ({problem})"
            : "";
    }

    private static bool Exceeds(long needs, long has) => needs > 0 && needs > has;

    private static long Floor(long free) => Math.Max(0, free);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}

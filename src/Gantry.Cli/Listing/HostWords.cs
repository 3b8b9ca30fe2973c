using System.Globalization;
using System.Text.Json;
using Gantry.Model.Api;

namespace Gantry.Cli.Listing;

/// <summary>A host's hardware in a few words: <c>cpu=8 mem=32GB disk=200GB H100:80GB:2</c>.</summary>
internal static class HostWords
{
    public static string Of(HostResources host) => Join(
        host.Cpus, host.MemoryMib, host.Disk.SizeMib, Gpus(host.Gpus, host.Spot));

    public static string Of(JsonElement host) => host.ValueKind != JsonValueKind.Object ? "" : Join(
        RunRow.Number(host, "cpus"), RunRow.Number(host, "memory_mib"), RunRow.Number(RunRow.Child(host, "disk"), "size_mib"), Gpus(host));

    public static string Gpus(JsonElement host)
    {
        var gpus = new List<HostGpu>();
        foreach (var gpu in RunRow.Items(host, "gpus"))
            gpus.Add(new HostGpu(RunRow.Text(gpu, "name") ?? "", RunRow.Number(gpu, "memory_mib")));
        return Gpus(gpus, RunRow.Child(host, "spot").ValueKind == JsonValueKind.True);
    }

    private static string Gpus(IReadOnlyList<HostGpu> gpus, bool spot)
    {
        if (gpus.Count == 0)
            return "";
        var words = string.Join(", ", gpus.GroupBy(gpu => $"{gpu.Name}{(gpu.MemoryMib > 0 ? ":" + Gigabytes(gpu.MemoryMib) : "")}")
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Key}:{group.Count()}")));
        return spot ? words + " (spot)" : words;
    }

    private static string Join(long cpus, long memoryMib, long diskMib, string gpus)
    {
        var parts = new List<string>(4) { string.Create(CultureInfo.InvariantCulture, $"cpu={cpus}") };
        if (memoryMib > 0)
            parts.Add("mem=" + Gigabytes(memoryMib));
        if (diskMib > 0)
            parts.Add("disk=" + Gigabytes(diskMib));
        if (gpus.Length > 0)
            parts.Add(gpus);
        return string.Join(' ', parts);
    }

    private static string Gigabytes(long mebibytes) => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(mebibytes / 1024.0, mebibytes < 10_240 ? 1 : 0)}GB");
}

using System.Globalization;
using Gantry.Model.Link;

namespace Gantry.Agent.Gpus;

/// <summary>The files by which a container uses devices whose vendor has no runtime of its own for Docker.</summary>
/// <param name="Root">The root of the file system: <c>/</c>, but for tests.</param>
internal sealed record GpuFiles(string Root = "/")
{
    /// <summary>A directory that Tenstorrent's driver needs beside the device.</summary>
    public const string HugePages = "/dev/hugepages-1G";

    /// <summary>The devices' files; none for NVIDIA's, which its runtime puts in.</summary>
    public IReadOnlyList<string> Of(IReadOnlyList<GpuDevice> gpus)
    {
        var amd = gpus.Where(gpu => gpu.Vendor == "amd").ToList();
        return [
            .. amd.Count == 0 ? [] : (string[])["/dev/kfd"],
            .. amd.SelectMany(Render),
            .. gpus.Where(gpu => gpu.Vendor == "tenstorrent").Select(Tenstorrent)];
    }

    // By the address on the bus: the numbers of the files are given in the order in which drivers come up.
    private IEnumerable<string> Render(GpuDevice gpu)
    {
        var drm = Path.Combine(Root, "sys/bus/pci/devices", gpu.Id, "drm");
        if (!Directory.Exists(drm))
            return [string.Create(CultureInfo.InvariantCulture, $"/dev/dri/renderD{128 + gpu.Index}")];
        return Directory.EnumerateDirectories(drm).Select(path => "/dev/dri/" + Path.GetFileName(path)).Order(StringComparer.Ordinal);
    }

    private string Tenstorrent(GpuDevice gpu)
    {
        var known = Path.Combine(Root, "sys/class/tenstorrent");
        var entries = Directory.Exists(known) ? Directory.EnumerateDirectories(known, "tenstorrent!*") : [];
        var mine = entries.FirstOrDefault(entry => new DirectoryInfo(Path.Combine(entry, "device")).ResolveLinkTarget(returnFinalTarget: true)?.Name == gpu.Id);
        var number = mine is null ? gpu.Index.ToString(CultureInfo.InvariantCulture) : Path.GetFileName(mine)["tenstorrent!".Length..];
        return "/dev/tenstorrent/" + number;
    }
}

using System.Globalization;
using System.Text.Json;
using Gantry.Model.Link;

namespace Gantry.Agent.Gpus;

/// <summary>Reads what AMD's tools print as JSON: <c>amd-smi</c> of ROCm 6 and 7, <c>rocm-smi</c> before it.</summary>
internal static class AmdOutput
{
    private const double BytesPerMib = 1 << 20;

    /// <summary>Of <c>amd-smi static</c> and <c>amd-smi metric</c>, which are asked one after the other.</summary>
    public static GpuReport ReadAmdSmi(string fixedFacts, string metrics)
    {
        using var known = LooseJson.Document(fixedFacts);
        if (known is null)
            return new GpuReport([], $"amd-smi says: {Shorten(fixedFacts)}");
        using var now = LooseJson.Document(metrics);
        var loads = now is null ? [] : Devices(now.RootElement).DistinctBy(Index).ToDictionary(Index);
        return new GpuReport([.. Devices(known.RootElement).Select(device => Reading(device, loads.TryGetValue(Index(device), out var load) ? load : null)).OrderBy(r => r.Device.Index)]);
    }

    /// <summary>Of <c>rocm-smi</c>.</summary>
    public static GpuReport ReadRocmSmi(string output)
    {
        using var document = LooseJson.Document(output);
        if (document is null)
            return new GpuReport([], $"rocm-smi says: {Shorten(output)}");
        return new GpuReport([.. document.RootElement.EnumerateObject()
            .Where(card => card.Name.StartsWith("card", StringComparison.Ordinal) && int.TryParse(card.Name.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(card => Reading(int.Parse(card.Name.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture), card.Value))
            .OrderBy(reading => reading.Device.Index)]);
    }

    // An array until ROCm 6, an object that holds it since.
    private static IEnumerable<JsonElement> Devices(JsonElement root)
    {
        var list = root.ValueKind == JsonValueKind.Array ? root : root.At("gpu_data");
        return list is { ValueKind: JsonValueKind.Array } devices ? devices.EnumerateArray().Where(device => device.At("gpu").Number() is not null) : [];
    }

    private static int Index(JsonElement device) => (int)device.At("gpu").Number()!;

    private static GpuReading Reading(JsonElement device, JsonElement? load)
    {
        var errors = load?.At("ecc", "total_uncorrectable_count").Number();
        var index = Index(device);
        return new GpuReading(
            new GpuDevice
            {
                Vendor = "amd",
                Name = GpuNames.Amd(device.At("asic", "market_name").Text(), device.At("asic", "device_id").Text()),
                MemoryMib = GpuMemory.AsSold((long)(device.At("vram", "size").Number() ?? load?.At("mem_usage", "total_vram").Number() ?? 0)),
                Index = index,
                Id = device.At("bus", "bdf").Text()?.ToLowerInvariant() ?? Number(index),
                Warning = errors > 0 ? $"it had {Number((int)errors)} uncorrected memory errors since its driver started" : null,
            },
            (int?)load?.At("usage", "gfx_activity").Number(),
            (long?)load?.At("mem_usage", "used_vram").Number());
    }

    private static GpuReading Reading(int index, JsonElement card)
    {
        // Some releases write "Card series", some "Card Series".
        var model = (card.At("Card Model") ?? card.At("Card model")).Text();
        var series = (card.At("Card Series") ?? card.At("Card series") ?? card.At("Device Name")).Text();
        return new GpuReading(
            new GpuDevice
            {
                Vendor = "amd",
                Name = GpuNames.Amd(series, model ?? card.At("Device ID").Text()),
                MemoryMib = GpuMemory.AsSold((long)((card.At("VRAM Total Memory (B)").Number() ?? 0) / BytesPerMib)),
                Index = index,
                Id = card.At("PCI Bus").Text()?.ToLowerInvariant() ?? Number(index),
            },
            (int?)card.At("GPU use (%)").Number(),
            (long?)(card.At("VRAM Total Used Memory (B)").Number() / BytesPerMib));
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Shorten(string output) => ToolText.Shorten(output);
}

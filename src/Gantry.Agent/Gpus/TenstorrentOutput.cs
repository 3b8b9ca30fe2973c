using System.Text.Json;
using Gantry.Model.Link;

namespace Gantry.Agent.Gpus;

/// <summary>
/// Reads what <c>tt-smi -s</c> prints: JSON with an entry each chip. A board of several chips has one connector on the PCI bus, through which all of it is
/// used, so that the chips without one of their own belong to the device before them.
/// </summary>
internal static class TenstorrentOutput
{
    /// <summary>The devices.</summary>
    public static GpuReport Read(string output)
    {
        using var document = LooseJson.Document(output);
        if (document?.RootElement.At("device_info") is not { ValueKind: JsonValueKind.Array } chips)
            return new GpuReport([], $"tt-smi says: {ToolText.Shorten(output)}");
        var readings = new List<GpuReading>();
        foreach (var board in chips.EnumerateArray().Select(chip => chip.At("board_info")).OfType<JsonElement>())
        {
            if (board.At("bus_id").Text() is not { } bus)
                continue;
            var name = GpuNames.Tenstorrent(board.At("board_type").Text() ?? "unknown");
            readings.Add(new GpuReading(
                new GpuDevice
                {
                    Vendor = "tenstorrent",
                    Name = name,
                    MemoryMib = GigabytesOf(name) * 1024L,
                    Index = readings.Count,
                    Id = bus.ToLowerInvariant(),
                    Problem = IsUntrained(board.At("dram_status")) ? "its memory did not start (tt-smi: dram_status)" : null,
                },
                null,
                null));
        }
        return new GpuReport(readings);
    }

    // The tool does not tell it; by the vendor's product pages: all of a board.
    private static int GigabytesOf(string board) => board switch
    {
        "e75" or "e150" => 8,
        "n150" => 12,
        "n300" => 24,
        "p100" or "p100a" => 28,
        _ when board.StartsWith("p150", StringComparison.Ordinal) => 32,
        _ => 0,
    };

    private static bool IsUntrained(JsonElement? status) =>
        status is { ValueKind: JsonValueKind.False } || string.Equals(status.Text(), "false", StringComparison.OrdinalIgnoreCase);
}

using System.Globalization;
using Gantry.Model.Link;

namespace Gantry.Agent.Gpus;

/// <summary>Reads what <c>nvidia-smi --query-gpu=… --format=csv,noheader,nounits</c> prints: a line each device.</summary>
internal static class NvidiaOutput
{
    /// <summary>What is asked for, where the driver knows the compute capability (from version 510).</summary>
    public const string Query = OldQuery + ",compute_cap";

    /// <summary>What is asked for of an older driver.</summary>
    public const string OldQuery = "index,uuid,name,memory.total,memory.used,utilization.gpu,ecc.errors.uncorrected.volatile.total,retired_pages.pending";

    private const int LeastColumns = 8;

    /// <summary>Whether the tool refused a column that an older driver does not know.</summary>
    public static bool IsUnknownField(string output) => output.Contains("is not a valid field to query", StringComparison.Ordinal);

    /// <summary>The devices. A line that is none, a message about a card that fell off the bus, is told as a problem.</summary>
    public static GpuReport Read(string output)
    {
        var readings = new List<GpuReading>();
        var problems = new List<string>();
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line.Equals("No devices were found", StringComparison.OrdinalIgnoreCase))
                continue;
            var columns = line.Split(',', StringSplitOptions.TrimEntries);
            if (columns.Length >= LeastColumns && int.TryParse(columns[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                readings.Add(Reading(index, columns));
            else
                problems.Add(line);
        }
        return new GpuReport(readings, problems.Count == 0 ? null : $"nvidia-smi says: {string.Join(" ", problems)}");
    }

    private static GpuReading Reading(int index, string[] columns)
    {
        var uncorrected = Number(columns[6]);
        var device = new GpuDevice
        {
            Vendor = "nvidia",
            Name = GpuNames.Nvidia(columns[2]),
            MemoryMib = GpuMemory.AsSold(Number(columns[3]) ?? 0),
            Index = index,
            Id = columns[1],
            ComputeCapability = columns.Length > LeastColumns && columns[8].Contains('.', StringComparison.Ordinal) ? columns[8] : null,
            Problem = Problem(columns),
            Warning = uncorrected > 0 ? string.Create(CultureInfo.InvariantCulture, $"it had {uncorrected} uncorrected memory errors since its driver started")
                : columns[7].Equals("Yes", StringComparison.OrdinalIgnoreCase) ? "pages of its memory are retired at its next reset"
                : null,
        };
        return new GpuReading(device, (int?)Number(columns[5]), Number(columns[4]));
    }

    // What an Xid error leaves behind stands in place of the values.
    private static string? Problem(string[] columns) => columns.FirstOrDefault(column => column is ['[', .., ']'] && !IsAbsent(column)) switch
    {
        null => null,
        var text when text.Contains("requires reset", StringComparison.OrdinalIgnoreCase) => "its driver asks for a reset",
        var text when text.Contains("lost", StringComparison.OrdinalIgnoreCase) => "it is lost from the bus",
        var text => $"nvidia-smi says {text} of it",
    };

    private static bool IsAbsent(string column) => column is "[N/A]" or "[Not Supported]" or "[Not Available]" or "[Insufficient Permissions]";

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

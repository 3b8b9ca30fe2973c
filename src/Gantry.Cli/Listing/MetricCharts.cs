using System.Globalization;
using Gantry.Model.Api;

namespace Gantry.Cli.Listing;

/// <summary>A job's last hour as small charts, with the latest values beside them.</summary>
internal static class MetricCharts
{
    private const int Width = 27;
    private const string Bars = "▁▂▃▄▅▆▇█";
    private const double BytesPerGb = 1L << 30;

    /// <summary>The lines.</summary>
    public static IEnumerable<string> Of(JobMetrics metrics)
    {
        var series = metrics.Metrics.ToDictionary(metric => metric.Name, StringComparer.Ordinal);
        if (!series.TryGetValue("cpu_usage_percent", out var cpu) || cpu.Values.Count == 0)
        {
            yield return " No metrics are known of this job yet: the first come some ten seconds after its start.";
            yield break;
        }
        var cpus = Latest(series, "cpus_detected_num");
        yield return $"        {"UTILIZATION",-Width - 13}{"MEMORY"}";
        yield return Line(
            "cpu",
            Chart(cpu.Values, 100 * Math.Max(1, cpus)),
            string.Create(CultureInfo.InvariantCulture, $"{cpu.Values[0]:0}% of {Math.Max(1, cpus) * 100:0}%"),
            Memory(series, "memory_working_set_bytes", "memory_total_bytes"));
        for (var i = 0; series.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"gpu_util_percent_gpu{i}"), out var util); i++)
        {
            yield return Line(
                string.Create(CultureInfo.InvariantCulture, $"gpu={i}"), Chart(util.Values, 100), string.Create(CultureInfo.InvariantCulture, $"{util.Values[0]:0}%"),
                Memory(series, string.Create(CultureInfo.InvariantCulture, $"gpu_memory_usage_bytes_gpu{i}"), "gpu_memory_total_bytes"));
        }
        yield return $"        since {cpu.Timestamps[^1].ToLocalTime().ToString("d MMM HH:mm", CultureInfo.InvariantCulture)}";
    }

    private static string Line(string name, string chart, string value, string memory) => $" {name,-6} {chart} {value,-12}{memory}";

    private static string Memory(Dictionary<string, Metric> series, string used, string total)
    {
        if (!series.TryGetValue(used, out var values) || values.Values.Count == 0)
            return "";
        var all = Latest(series, total);
        return string.Create(CultureInfo.InvariantCulture, $"{Chart(values.Values, all)} {values.Values[0] / BytesPerGb:0.##}GB/{all / BytesPerGb:0.##}GB");
    }

    // Newest first, as the server tells them; the newest is at the right.
    private static string Chart(IReadOnlyList<double> values, double most)
    {
        var size = Math.Max(1, (int)Math.Ceiling(values.Count / (double)Width));
        var averages = values.Chunk(size).Select(part => part.Average()).Take(Width).Reverse();
        return string.Concat(averages.Select(value => Bars[Math.Clamp((int)(value / Math.Max(most, 1) * Bars.Length), 0, Bars.Length - 1)])).PadLeft(Width);
    }

    private static double Latest(Dictionary<string, Metric> series, string name) => series.TryGetValue(name, out var metric) && metric.Values.Count > 0 ? metric.Values[0] : 0;
}

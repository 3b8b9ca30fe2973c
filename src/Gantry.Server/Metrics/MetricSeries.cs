using System.Globalization;
using Gantry.Model.Api;
using Gantry.Model.Link;

namespace Gantry.Server.Metrics;

/// <summary>From points to dstack's series, newest first.</summary>
internal static class MetricSeries
{
    private const double MicrosPerMillisecond = 1000;
    private const long BytesPerMib = 1 << 20;

    /// <summary>The series.</summary>
    /// <param name="points">Points, oldest first.</param>
    /// <param name="host">The job's host; null when it is gone.</param>
    /// <param name="gpus">The job's devices.</param>
    /// <param name="limit">At most so many points, the latest.</param>
    /// <param name="after">Only later ones.</param>
    /// <param name="before">Only earlier ones.</param>
    public static JobMetrics Of(
        IReadOnlyList<MetricPoint> points, HostFacts? host, IReadOnlyList<GpuDevice> gpus, int limit, DateTimeOffset? after, DateTimeOffset? before)
    {
        // The use of CPUs is a difference: the first point has none.
        var uses = points.Zip(points.Skip(1), (earlier, later) => (Point: later, Cpu: Percent(earlier, later)))
            .Where(use => (after is not { } least || use.Point.At > least) && (before is not { } most || use.Point.At < most))
            .Reverse().Take(limit).ToList();
        if (uses.Count == 0)
            return new JobMetrics([]);
        var times = uses.Select(use => use.Point.At).ToList();
        Metric Series(string name, Func<(MetricPoint Point, double Cpu), double> value) => new(name, times, [.. uses.Select(value)]);
        var metrics = new List<Metric>
        {
            Series("cpu_usage_percent", use => use.Cpu),
            Series("memory_usage_bytes", use => use.Point.MemoryBytes),
            Series("memory_working_set_bytes", use => use.Point.MemoryBytes),
            Series("gpus_detected_num", _ => gpus.Count),
        };
        if (host is not null)
        {
            metrics.Add(Series("cpus_detected_num", _ => host.Cpus));
            metrics.Add(Series("memory_total_bytes", _ => host.MemoryMib * BytesPerMib));
        }
        if (gpus.Count > 0)
            metrics.Add(Series("gpu_memory_total_bytes", _ => gpus[0].MemoryMib * BytesPerMib));
        for (var i = 0; i < gpus.Count; i++)
        {
            var (index, number) = (i, i.ToString(CultureInfo.InvariantCulture));
            metrics.Add(Series("gpu_memory_usage_bytes_gpu" + number, use => (Gpu(use.Point, index)?.MemoryUsedMib ?? 0) * BytesPerMib));
            metrics.Add(Series("gpu_util_percent_gpu" + number, use => Gpu(use.Point, index)?.UtilPercent ?? 0));
        }
        return new JobMetrics(metrics);
    }

    private static GpuSample? Gpu(MetricPoint point, int index) => index < point.Gpus.Count ? point.Gpus[index] : null;

    private static double Percent(MetricPoint earlier, MetricPoint later)
    {
        var elapsed = (later.At - earlier.At).TotalMilliseconds;
        return elapsed <= 0 ? 0 : Math.Max(0, Math.Round(100 * (later.CpuMicros - earlier.CpuMicros) / MicrosPerMillisecond / elapsed));
    }
}

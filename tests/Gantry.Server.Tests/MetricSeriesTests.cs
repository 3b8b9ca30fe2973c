using Gantry.Model.Api;
using Gantry.Model.Link;
using Gantry.Server.Metrics;

namespace Gantry.Server.Tests;

public sealed class MetricSeriesTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // One CPU, then two, then none.
    private static readonly MetricPoint[] Points =
    [
        Point(0, 0, 10),
        Point(5, 5_000_000, 20),
        Point(10, 15_000_000, 30),
        Point(15, 15_000_000, 40),
    ];

    private static readonly GpuDevice Gpu = new() { Vendor = "nvidia", Name = "H100", MemoryMib = 81920, Index = 0, Id = "GPU-0" };

    [Fact]
    public void Of_Points_TellsDifferencesNewestFirst()
    {
        var metrics = MetricSeries.Of(Points, host: null, [], limit: 100, after: null, before: null);

        Assert.Equal([0, 200, 100], Series(metrics, "cpu_usage_percent").Values);
        Assert.Equal([40, 30, 20], Series(metrics, "memory_usage_bytes").Values);
        Assert.Equal([Start.AddSeconds(15), Start.AddSeconds(10), Start.AddSeconds(5)], Series(metrics, "cpu_usage_percent").Timestamps);
    }

    [Fact]
    public void Of_LimitAndTimes_KeepsTheLatestBetweenThem()
    {
        Assert.Equal([0], Series(MetricSeries.Of(Points, null, [], 1, null, null), "cpu_usage_percent").Values);
        Assert.Equal([200], Series(MetricSeries.Of(Points, null, [], 100, Start.AddSeconds(5), Start.AddSeconds(15)), "cpu_usage_percent").Values);
        Assert.Empty(MetricSeries.Of(Points[..1], null, [], 100, null, null).Metrics);
    }

    [Fact]
    public void Of_GpuThatTellsNothing_IsZero()
    {
        var points = new[] { Points[0], Points[1] with { Gpus = [new GpuSample(null, 1024)] } };

        var metrics = MetricSeries.Of(points, null, [Gpu], 100, null, null);

        Assert.Equal([0], Series(metrics, "gpu_util_percent_gpu0").Values);
        Assert.Equal([1024L << 20], Series(metrics, "gpu_memory_usage_bytes_gpu0").Values);
        Assert.Equal([80.0 * (1L << 30)], Series(metrics, "gpu_memory_total_bytes").Values);
    }

    [Theory, InlineData("1767225600000 5 6 50:100 -:-"), InlineData("1767225600000 5 6")]
    public void Parse_OfItsLine_IsThePoint(string line) => Assert.Equal(line + "\n", MetricPoint.Parse(line)!.Line());

    [Theory, InlineData(""), InlineData("1767225600000"), InlineData("1767225600000 5"), InlineData("x 5 6")]
    public void Parse_OfWhatWasCutShort_IsNothing(string line) => Assert.Null(MetricPoint.Parse(line));

    private static MetricPoint Point(int seconds, long cpu, long memory) => new(Start.AddSeconds(seconds), cpu, memory, []);

    private static Metric Series(JobMetrics metrics, string name) => metrics.Metrics.Single(metric => metric.Name == name);
}

using System.Diagnostics;

namespace Gantry.Bench.Figures;

/// <summary><c>runs/list</c> with 200 finished runs, of which it returns 100.</summary>
internal static class ListFigure
{
    private const int UsualSeconds = 10;
    private const double Times = 20;

    public static async Task MeasureAsync(int? count)
    {
        await using var home = BenchHome.WithFinishedRuns(200);
        Load(home, connections: 2, seconds: 2);
        // dstack 0.21.2 with 214 finished runs, measured elsewhere on a like machine.
        foreach (var (connections, dstack) in new[] { (1, 15.6), (8, 11.6) })
        {
            var (rate, times, bytes) = Load(home, connections, count ?? UsualSeconds);
            Report.Value(
                $"runs/list, {connections} connection{(connections > 1 ? "s" : "")}",
                $"{rate:0} requests/s, p50 {times.Median:0.00} ms, p99 {times.Percentile(0.99):0.00} ms, {bytes / 1000.0:0} kB, n {times.Count}",
                ($">= {Times} x dstack's {dstack}/s (measured elsewhere, on a like machine), is {rate / dstack:0} x", rate >= Times * dstack));
        }
    }

    private static (double Rate, Sample Milliseconds, int Bytes) Load(BenchHome home, int connections, int seconds)
    {
        var all = new List<double>();
        var bytes = 0;
        var watch = Stopwatch.StartNew();
        NoOpRuns.Parallelly(connections, () =>
        {
            using var connection = home.Connect();
            var times = new List<double>();
            while (watch.Elapsed.TotalSeconds < seconds)
            {
                var began = watch.Elapsed;
                bytes = connection.Post("/api/runs/list", "{}"u8);
                times.Add((watch.Elapsed - began).TotalMilliseconds);
            }
            lock (all)
                all.AddRange(times);
        });
        return (all.Count / watch.Elapsed.TotalSeconds, new Sample(all), bytes);
    }
}

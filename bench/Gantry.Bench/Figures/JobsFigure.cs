using System.Diagnostics;

namespace Gantry.Bench.Figures;

/// <summary>No-op jobs through one server, from the first submit to the end of the last: with the real agent, and with a simulated one.</summary>
internal static class JobsFigure
{
    private const int UsualReal = 1000;
    private const int UsualSimulated = 5000;
    private const int SlotsOfSimulated = 1000;

    public static async Task MeasureRealAsync(int? count)
    {
        await using var home = new BenchHome();
        home.StartServer();
        Measure(home, "real agent, real processes, 8 connections", count ?? UsualReal, connections: 8, isTarget: false);
    }

    public static async Task MeasureSimulatedAsync(int? count)
    {
        foreach (var connections in new[] { 16, 32 })
        {
            var home = new BenchHome();
            await using var agent = new SimulatedAgent(home.Spool, SlotsOfSimulated);
            await using (home)
            {
                home.StartServer();
                Measure(home, $"simulated agent, {connections} connections", count ?? UsualSimulated, connections, isTarget: true);
            }
        }
    }

    private static void Measure(BenchHome home, string what, int count, int connections, bool isTarget)
    {
        // Compiled and warm, as a server that has run for a while is.
        NoOpRuns.Submit(home, "warm", Math.Min(count, 500), connections);
        NoOpRuns.AwaitAllFinished(home);

        var pid = home.ServerPid;
        var (serverBefore, clientBefore) = (LinuxProcess.Cpu(pid), LinuxProcess.Cpu(Environment.ProcessId));
        var watch = Stopwatch.StartNew();
        var submits = NoOpRuns.Submit(home, "job", count, connections);
        var submitted = watch.Elapsed.TotalSeconds;
        NoOpRuns.AwaitAllFinished(home);
        var finished = watch.Elapsed.TotalSeconds;
        var (server, client) = (LinuxProcess.Cpu(pid) - serverBefore, LinuxProcess.Cpu(Environment.ProcessId) - clientBefore);
        var rate = count / finished;

        Report.Value(what, $"{count} jobs: {rate:0} completed/s", isTarget ? ($">= 500 jobs/s", rate >= 500) : null);
        Report.Value("  submitted", $"{count / submitted:0}/s, p50 {submits.Median:0.0} ms, p99 {submits.Percentile(0.99):0.0} ms");
        Report.Value("  server CPU", $"{server.TotalMilliseconds / count:0.00} ms a job, {server.TotalSeconds / finished * 100:0} % of a core; this program {client.TotalMilliseconds / count:0.00} ms a job");
        Report.Value("  server memory after", $"RSS {LinuxProcess.Megabytes(pid).Rss:0.0} MB");
    }
}

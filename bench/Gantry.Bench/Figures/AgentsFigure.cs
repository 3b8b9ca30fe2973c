using System.Diagnostics;
using System.Text;

namespace Gantry.Bench.Figures;

/// <summary>
/// A fleet of 1,000 simulated agents with ten active jobs each, on one server: the server's own memory an agent (its ssh clients are processes of their own), and how
/// quickly the API answers meanwhile, with every agent sending what its jobs use every five seconds.
/// </summary>
internal static class AgentsFigure
{
    private const int Usual = 1000;
    private const int JobsEach = 10;
    private const int Seconds = 20;
    private const string Job = """{"type":"task","commands":["sleep 1000000"],"fleets":["simulated"],"resources":{"cpu":"1..","memory":"16MB..","disk":"1MB.."}}""";

    public static async Task MeasureAsync(int? count)
    {
        if (!SimulatedFleet.IsPossible)
        {
            Report.Skipped(SimulatedFleet.Needs);
            return;
        }
        var n = count ?? Usual;
        var home = new BenchHome();
        await using var fleet = new SimulatedFleet(home);
        await using (home)
        {
            home.StartServer();
            await SettleAsync();
            var before = LinuxProcess.Megabytes(home.ServerPid).Rss;

            var watch = Stopwatch.StartNew();
            Command.Time(home.Gantry("apply", "-f", home.Write("fleet.dstack.yml", fleet.Configuration(n, JobsEach)), "-y"));
            Report.Value($"a fleet of {n} simulated hosts", $"{watch.Elapsed.TotalSeconds:0.0} s until all were ready");
            await SettleAsync();
            var connected = LinuxProcess.Megabytes(home.ServerPid).Rss;
            Report.Value("server memory an agent, without jobs", $"{(connected - before) * 1000 / n:0} kB (RSS {before:0.0} to {connected:0.0} MB)");

            watch.Restart();
            NoOpRuns.Submit(home, "job", n * JobsEach, connections: 8, Job);
            var submitted = watch.Elapsed.TotalSeconds;
            while (fleet.Running < n * JobsEach)
            {
                if (watch.Elapsed > TimeSpan.FromMinutes(8))
                    throw new TimeoutException($"After 8 minutes only {fleet.Running} of {n * JobsEach} jobs run.");
                await Task.Delay(20);
            }
            Report.Value($"{n * JobsEach} jobs", $"submitted in {submitted:0.0} s, all running after {watch.Elapsed.TotalSeconds:0.0} s");

            var cpu = LinuxProcess.Cpu(home.ServerPid);
            watch.Restart();
            var (lists, gets) = Ask(home, n * JobsEach);
            var percent = (LinuxProcess.Cpu(home.ServerPid) - cpu).TotalSeconds / watch.Elapsed.TotalSeconds * 100;
            Api("runs/list (100 of them)", lists);
            Api("runs/get", gets);
            Report.Value("server CPU meanwhile", $"{percent:0} % of a core");
            var after = LinuxProcess.Megabytes(home.ServerPid).Rss;
            var each = (after - before) * 1000 / n;
            Report.Value($"server memory an agent, with {JobsEach} jobs each", $"{each:0} kB (RSS {before:0.0} to {after:0.0} MB)", ($"<= 100 kB", each <= 100));
        }
    }

    private static Task SettleAsync() => Task.Delay(TimeSpan.FromSeconds(5));

    // Two clients that ask, read, and think for a moment: what is measured is how long the server takes, not how much it can do.
    private static (Sample Lists, Sample Gets) Ask(BenchHome home, int runs)
    {
        var (lists, gets) = (new List<double>(), new List<double>());
        var until = Stopwatch.StartNew();
        NoOpRuns.Parallelly(2, () =>
        {
            using var connection = home.Connect();
            for (var i = 0; until.Elapsed.TotalSeconds < Seconds; i++)
            {
                var body = i % 2 == 0 ? "{}"u8.ToArray() : Encoding.UTF8.GetBytes($$"""{"run_name":"job-{{Random.Shared.Next(runs)}}"}""");
                var watch = Stopwatch.StartNew();
                connection.Post(i % 2 == 0 ? "/api/runs/list" : "/api/project/main/runs/get", body);
                lock (lists)
                    (i % 2 == 0 ? lists : gets).Add(watch.Elapsed.TotalMilliseconds);
                Thread.Sleep(20);
            }
        });
        return (new Sample(lists), new Sample(gets));
    }

    private static void Api(string what, Sample sample)
    {
        var p99 = sample.Percentile(0.99);
        Report.Value($"API meanwhile: {what}", $"p50 {sample.Median:0.0} ms, p99 {p99:0.0} ms, max {sample.Max:0.0} ms, n {sample.Count}", ($"p99 <= 50 ms", p99 <= 50));
    }
}

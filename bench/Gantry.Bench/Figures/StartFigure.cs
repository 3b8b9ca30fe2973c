using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Gantry.Testing;

namespace Gantry.Bench.Figures;

/// <summary>From the start of gantry-server to its answers, with an existing database and an agent that runs.</summary>
internal static class StartFigure
{
    private const int Usual = 15;

    public static async Task MeasureAsync(int? count)
    {
        await using var home = BenchHome.WithFinishedRuns(200);
        await home.StopServerAsync();
        var (healths, lists, stops) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = -1; i < (count ?? Usual); i++)
        {
            var (health, list, stop) = await StartAsync(home);
            if (i < 0)
                continue;
            healths.Add(health);
            lists.Add(list);
            stops.Add(stop);
        }
        Report.Times("gantry-server start to 200 of /healthz", new Sample(healths), atMost: 400);
        Report.Times("gantry-server start to 200 of runs/list (100 runs)", new Sample(lists));
        Report.Times("SIGTERM to exit", new Sample(stops));
    }

    private static async Task<(double Health, double List, double Stop)> StartAsync(BenchHome home)
    {
        var server = new Uri(FormattableString.Invariant($"http://127.0.0.1:{FreePort.Take()}"));
        var start = Executables.Command(Executables.Server, home.Directory, "--port", server.Port.ToString(CultureInfo.InvariantCulture), "--log-level", "warning");
        start.RedirectStandardOutput = true;
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        using var connection = Connect(server, home.Token, process);
        connection.Get("/healthz");
        var health = watch.Elapsed.TotalMilliseconds;
        connection.Post("/api/runs/list", "{}"u8);
        var list = watch.Elapsed.TotalMilliseconds;
        watch.Restart();
        await LinuxProcess.EndAsync(process.Id, LinuxProcess.Terminate);
        return (health, list, watch.Elapsed.TotalMilliseconds);
    }

    private static RawConnection Connect(Uri server, string token, Process process)
    {
        while (true)
        {
            try
            {
                return new RawConnection(server, token);
            }
            catch (SocketException) when (!process.HasExited)
            {
                Thread.Sleep(1);
            }
        }
    }
}

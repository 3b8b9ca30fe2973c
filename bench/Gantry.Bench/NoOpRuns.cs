using System.Diagnostics;
using System.Text;

namespace Gantry.Bench;

/// <summary>Tasks that do nothing, over HTTP.</summary>
internal static class NoOpRuns
{
    /// <summary>A task that does nothing.</summary>
    public const string NoOp = """{"type":"task","commands":["true"]}""";

    /// <summary>The body of <c>runs/apply</c>.</summary>
    public static string ApplyBody(string name, string configuration) => "{\"plan\":{\"run_spec\":{\"run_name\":\"" + name + "\",\"configuration\":" + configuration + "}}}";

    /// <summary>Submits so many runs, each connection one after another; returns how long each took, in milliseconds.</summary>
    public static Sample Submit(BenchHome home, string prefix, int count, int connections, string configuration = NoOp)
    {
        var next = -1;
        var times = new double[count];
        Parallelly(connections, () =>
        {
            using var connection = home.Connect();
            for (int i; (i = Interlocked.Increment(ref next)) < count;)
            {
                var body = Encoding.UTF8.GetBytes(ApplyBody($"{prefix}-{i}", configuration));
                var watch = Stopwatch.StartNew();
                connection.Post("/api/project/main/runs/apply", body);
                times[i] = watch.Elapsed.TotalMilliseconds;
            }
        });
        return new Sample(times);
    }

    /// <summary>Waits until no run is unfinished.</summary>
    public static void AwaitAllFinished(BenchHome home)
    {
        using var connection = home.Connect();
        var watch = Stopwatch.StartNew();
        while (connection.Post("/api/runs/list", """{"only_active":true,"limit":1,"include_jobs":false}"""u8) > "[]".Length)
        {
            if (watch.Elapsed > TimeSpan.FromMinutes(5))
                throw new TimeoutException("After 5 minutes there are still unfinished runs.");
            Thread.Sleep(5);
        }
    }

    /// <summary>Runs the same on so many threads; throws what any of them threw.</summary>
    public static void Parallelly(int threads, Action act)
    {
        // Threads, since each blocks on its socket: that is the cheapest client, and client and server share the cores.
        Task[] all = [.. Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Task.WaitAll(all);
    }
}

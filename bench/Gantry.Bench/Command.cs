using System.Diagnostics;

namespace Gantry.Bench;

/// <summary>A command that is run to its end and timed: start, read all that it writes, wait.</summary>
internal static class Command
{
    /// <summary>Its wall time in milliseconds. It must succeed.</summary>
    public static double Time(ProcessStartInfo start) => Run(start).Milliseconds;

    /// <summary>The same, with what it said on both ways.</summary>
    public static (double Milliseconds, string Said) Run(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var elapsed = watch.Elapsed.TotalMilliseconds;
        return process.ExitCode == 0 ? (elapsed, output + error.GetAwaiter().GetResult()) : throw new InvalidOperationException($"{start.FileName} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}:\n{output}{error.GetAwaiter().GetResult()}");
    }

    /// <summary>The same so many times, after one that does not count.</summary>
    public static Sample Times(int n, Func<ProcessStartInfo> start)
    {
        Time(start());
        return new Sample(Enumerable.Range(0, n).Select(_ => Time(start())).ToList());
    }
}

using System.Runtime.InteropServices;

namespace Gantry.Bench;

/// <summary>What is printed: one line a figure, with what it is judged by.</summary>
internal static class Report
{
    /// <summary>Where and of what the figures are.</summary>
    public static void Machine() => Console.WriteLine(FormattableString.Invariant(
        $"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30):0} GiB, {RuntimeInformation.FrameworkDescription}, build {Executables.Build}, {DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC"));

    /// <summary>A figure begins. The load says whether the machine was busy with something else.</summary>
    public static void Begin(string figure) => Console.WriteLine($"\n{figure}   (load average before: {Load()})");

    /// <summary>A figure ended.</summary>
    public static void End() => Console.WriteLine($"  (load average after: {Load()})");

    /// <summary>A distribution, against a target that its median is to be below, and a peer measured in the same run.</summary>
    public static void Times(string what, Sample milliseconds, double? atMost = null, (string Name, Sample Sample)? peer = null)
    {
        var line = FormattableString.Invariant(
            $"  {what,-52} median {milliseconds.Median,8:0.0} ms   min {milliseconds.Min:0.0}   max {milliseconds.Max:0.0}   n {milliseconds.Count}");
        if (peer is { } other)
            line += FormattableString.Invariant($"   {milliseconds.Median / other.Sample.Median:0.0} x {other.Name} ({other.Sample.Median:0.00} ms)");
        if (atMost is { } target)
            line += FormattableString.Invariant($"   target <= {target:0} ms: {Verdict(milliseconds.Median <= target)}");
        Console.WriteLine(line);
    }

    /// <summary>A distribution whose median is to be below so many times that of a peer measured in the same run, and something on top.</summary>
    public static void Against(string what, Sample milliseconds, (string Name, Sample Sample) peer, double times, double more)
    {
        var target = times * peer.Sample.Median + more;
        Value(what, $"median {milliseconds.Median:0.0} ms   min {milliseconds.Min:0.0}   max {milliseconds.Max:0.0}   n {milliseconds.Count}   {milliseconds.Median / peer.Sample.Median:0.00} x {peer.Name} ({peer.Sample.Median:0.0} ms)",
            ($"<= {times} x that + {more:0} ms = {target:0} ms", milliseconds.Median <= target));
    }

    /// <summary>One number.</summary>
    public static void Value(string what, FormattableString value, (FormattableString Target, bool IsMet)? target = null)
    {
        var line = $"  {what,-52} {FormattableString.Invariant(value)}";
        if (target is { } judged)
            line += $"   target {FormattableString.Invariant(judged.Target)}: {Verdict(judged.IsMet)}";
        Console.WriteLine(line);
    }

    /// <summary>A figure that cannot be had here.</summary>
    public static void Skipped(string needs) => Console.WriteLine($"  not measured: {needs}");

    private static string Verdict(bool isMet) => isMet ? "met" : "MISSED";

    private static string Load() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3));
}

using System.Globalization;
using Gantry.Model.Link;

namespace Gantry.Server.Metrics;

/// <summary>What a job used at one time.</summary>
internal sealed record MetricPoint(DateTimeOffset At, long CpuMicros, long MemoryBytes, IReadOnlyList<GpuSample> Gpus)
{
    /// <summary>As a line: <c>ms cpu memory util:used util:used</c>, with - for what is not known.</summary>
    public string Line()
    {
        var gpus = string.Concat(Gpus.Select(gpu => $" {Text(gpu.UtilPercent)}:{Text(gpu.MemoryUsedMib)}"));
        return string.Create(CultureInfo.InvariantCulture, $"{At.ToUnixTimeMilliseconds()} {CpuMicros} {MemoryBytes}{gpus}\n");
    }

    /// <summary>From a line; null for one that was cut short.</summary>
    public static MetricPoint? Parse(string line)
    {
        var words = line.Split(' ');
        return words.Length >= 3 && Number(words[0]) is { } at && Number(words[1]) is { } cpu && Number(words[2]) is { } memory
            ? new MetricPoint(DateTimeOffset.FromUnixTimeMilliseconds(at), cpu, memory, [.. words.Skip(3).Select(Gpu)])
            : null;
    }

    private static GpuSample Gpu(string word)
    {
        var colon = word.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? new GpuSample(null, null) : new GpuSample((int?)Number(word[..colon]), Number(word[(colon + 1)..]));
    }

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

using System.Globalization;

namespace Gantry.Engine.Runs;

/// <summary>Durations as configurations write them.</summary>
internal static class Durations
{
    /// <summary><c>90s</c>, <c>2h</c>, <c>1d</c>: the largest unit that says it exactly.</summary>
    public static string Short(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        foreach (var (unit, size) in ((string, long)[])[("w", 604800), ("d", 86400), ("h", 3600), ("m", 60)])
        {
            if (seconds >= size && seconds % size == 0)
            {
                return (seconds / size).ToString(CultureInfo.InvariantCulture) + unit;
            }
        }

        return seconds.ToString(CultureInfo.InvariantCulture) + "s";
    }
}

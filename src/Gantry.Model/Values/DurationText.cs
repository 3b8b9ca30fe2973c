using System.Globalization;

namespace Gantry.Model.Values;

/// <summary>A duration: <c>90</c> or <c>90s</c> (seconds), <c>15m</c>, <c>4h</c>, <c>2d</c>, <c>1w</c>.</summary>
public static class DurationText
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Allowed = "a duration such as 90s, 15m, 4h, 2d or 1w, or a number of seconds";

    /// <summary>What is allowed where there may be no limit.</summary>
    public const string AllowedOrOff = Allowed + ", or off";

    // A hundred years: far from TimeSpan's end, and no one waits longer.
    private const long Longest = 36_525L * 24 * 3600;

    private static readonly (char Unit, long Seconds)[] Units = [('w', 604_800), ('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

    /// <summary>Reads a duration of 0 seconds or more.</summary>
    public static Parsed<TimeSpan> Parse(string text)
    {
        var number = text.AsSpan().Trim();
        var factor = 1L;
        if (!number.IsEmpty && Array.Find(Units, candidate => candidate.Unit == text.Trim()[^1]) is { Seconds: > 0 } unit)
        {
            factor = unit.Seconds;
            number = number[..^1].TrimEnd();
        }
        if (number.IsEmpty || number.ContainsAnyExceptInRange('0', '9'))
            return Parsed.Error<TimeSpan>("is not a duration");
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= Longest / factor
            ? Parsed.Ok(TimeSpan.FromSeconds(value * factor))
            : Parsed.Error<TimeSpan>("is longer than a hundred years");
    }

    /// <summary>Reads a duration or <c>off</c> (also <c>-1</c>, dstack's wire form of it).</summary>
    public static Parsed<DurationOrOff> ParseOrOff(string text) =>
        text is "off" or "-1" ? Parsed.Ok(DurationOrOff.Off) : Parse(text).Then(duration => Parsed.Ok(new DurationOrOff(duration)));

    /// <summary>Whole seconds in the largest unit that divides them: <c>90s</c>, <c>2h</c>.</summary>
    public static string Print(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        var (unit, size) = seconds == 0 ? ('s', 1) : Array.Find(Units, candidate => seconds % candidate.Seconds == 0);
        return (seconds / size).ToString(CultureInfo.InvariantCulture) + unit;
    }

    /// <summary>The same, or <c>off</c>.</summary>
    public static string Print(DurationOrOff duration) => duration.Duration is { } value ? Print(value) : "off";
}

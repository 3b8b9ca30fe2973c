using System.Globalization;

namespace Gantry.Engine.Runs;

/// <summary>The times of a cron expression, until the language brings its own.</summary>
internal static class CronTimes
{
    /// <summary>The first minute after <paramref name="after"/> that matches, within four years.</summary>
    public static DateTimeOffset? Next(string expression, DateTimeOffset after)
    {
        var fields = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var utc = after.UtcDateTime;
        var minute = new DateTime(utc.Year, utc.Month, utc.Day, utc.Hour, utc.Minute, 0, DateTimeKind.Utc).AddMinutes(1);
        for (var end = minute.AddYears(4); minute < end; minute = minute.AddMinutes(1))
        {
            var day = ((int)minute.DayOfWeek + 6) % 7;
            if (Matches(fields[0], minute.Minute) && Matches(fields[1], minute.Hour) && Matches(fields[2], minute.Day)
                && Matches(fields[3], minute.Month) && Matches(fields[4], day))
            {
                return new DateTimeOffset(minute);
            }
        }

        return null;
    }

    private static bool Matches(string field, int value) => field.Split(',').Any(part =>
    {
        var step = part.Split('/');
        var range = step[0].Split('-');
        var low = range[0] == "*" ? 0 : int.Parse(range[0], CultureInfo.InvariantCulture);
        var high = range[0] == "*" ? int.MaxValue : range.Length > 1 ? int.Parse(range[1], CultureInfo.InvariantCulture) : low;
        return value >= low && value <= high && (step.Length == 1 || (value - low) % int.Parse(step[1], CultureInfo.InvariantCulture) == 0);
    });
}

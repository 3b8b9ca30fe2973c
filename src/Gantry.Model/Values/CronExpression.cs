using System.Numerics;

namespace Gantry.Model.Values;

/// <summary>
/// A cron expression as dstack documents it: POSIX's five fields (minute, hour, day of the month, month, day of the week), in UTC,
/// with one difference: days of the week count from Monday, so that <c>0</c> is Monday and <c>6</c> is Sunday. Each field is a list of
/// <c>*</c>, values and ranges, each with an optional <c>/step</c>; months and days of the week also by three-letter names.
/// As in POSIX, when both the day of the month and the day of the week are restricted, either is enough.
/// </summary>
public sealed class CronExpression
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Allowed =
        "five fields \"minute hour day-of-month month day-of-week\" of *, values, ranges and steps such as \"15 23 * * mon-fri\" (UTC; 0 is Monday)";

    // February 29 on a given weekday comes back within 40 years, also across a century that is no leap year.
    private const int DaysAhead = 41 * 366;

    private static readonly string[] MonthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] DayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    private readonly ulong minutes;
    private readonly ulong hours;
    private readonly ulong days;
    private readonly ulong months;
    private readonly ulong weekdays;
    private readonly bool eitherDay;

    private CronExpression(string text, ulong[] sets, bool eitherDay)
    {
        Text = text;
        (minutes, hours, days, months, weekdays) = (sets[0], sets[1], sets[2], sets[3], sets[4]);
        this.eitherDay = eitherDay;
    }

    /// <summary>The expression as it was written.</summary>
    public string Text { get; }

    /// <summary>Reads an expression. One that never comes (<c>0 0 30 2 *</c>) is refused.</summary>
    public static Parsed<CronExpression> Parse(string text)
    {
        var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5)
            return Parsed.Error<CronExpression>($"has {fields.Length} fields instead of five");
        var sets = new ulong[5];
        for (var index = 0; index < 5; index++)
        {
            var set = Field(fields[index], index);
            if (!set.Ok)
                return Parsed.Error<CronExpression>(set.Error);
            sets[index] = set.Value;
        }
        // POSIX: a field that starts with an asterisk restricts nothing by itself.
        var eitherDay = fields[2][0] != '*' && fields[4][0] != '*';
        var cron = new CronExpression(text, sets, eitherDay);
        return cron.Next(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero)) is null
            ? Parsed.Error<CronExpression>("names a day that never comes")
            : Parsed.Ok(cron);
    }

    /// <summary>The first time after the given one, in UTC, on a full minute; null when there is none within 40 years.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        if (after.UtcDateTime > DateTime.MaxValue.AddDays(-2))
            return null;
        var earliest = after.UtcDateTime;
        earliest = new DateTime(earliest.Year, earliest.Month, earliest.Day, earliest.Hour, earliest.Minute, 0, DateTimeKind.Utc).AddMinutes(1);
        var day = earliest.Date;
        for (var count = 0; count <= DaysAhead && day < DateTime.MaxValue.Date; count++, day = day.AddDays(1))
        {
            if (Has(months, day.Month) && IsDay(day) && TimeOfDay(day == earliest.Date ? earliest.TimeOfDay : TimeSpan.Zero) is { } time)
                return new DateTimeOffset(day + time, TimeSpan.Zero);
        }
        return null;
    }

    private bool IsDay(DateTime day)
    {
        var byDate = Has(days, day.Day);
        var byWeekday = Has(weekdays, ((int)day.DayOfWeek + 6) % 7);
        return eitherDay ? byDate || byWeekday : byDate && byWeekday;
    }

    private TimeSpan? TimeOfDay(TimeSpan from)
    {
        if (Has(hours, from.Hours) && From(minutes, from.Minutes) is { } minute)
            return new TimeSpan(from.Hours, minute, 0);
        return From(hours, from.Hours + 1) is { } hour ? new TimeSpan(hour, From(minutes, 0)!.Value, 0) : null;
    }

    private static Parsed<ulong> Field(string text, int index)
    {
        var (name, first, last) = index switch
        {
            0 => ("minute", 0, 59),
            1 => ("hour", 0, 23),
            2 => ("day of the month", 1, 31),
            3 => ("month", 1, 12),
            _ => ("day of the week", 0, 6),
        };
        var names = index switch { 3 => MonthNames, 4 => DayNames, _ => null };
        var set = 0UL;
        foreach (var item in text.Split(','))
        {
            var part = Item(item, first, last, names);
            if (part == 0)
                return Parsed.Error<ulong>($"has a {name} \"{item}\" that is not within {first}-{last}{(names is null ? "" : $" or {names[0]}-{names[^1]}")}");
            set |= part;
        }
        return Parsed.Ok(set);
    }

    /// <summary>The values of <c>*</c>, <c>5</c>, <c>1-5</c>, each with an optional step; none when it is not one of them.</summary>
    private static ulong Item(string item, int first, int last, string[]? names)
    {
        var slash = item.IndexOf('/', StringComparison.Ordinal);
        var range = slash < 0 ? item : item[..slash];
        var step = slash < 0 ? 1 : WholeNumber.Parse(item[(slash + 1)..], 1, last) is { Ok: true, Value: var value } ? value : 0;
        if (step == 0)
            return 0;
        var (from, to) = (first, last);
        if (range != "*")
        {
            var dash = range.IndexOf('-', StringComparison.Ordinal);
            from = Number(dash < 0 ? range : range[..dash], names, first);
            // "5/15" means from 5 on: every cron that takes a step after a single value reads it so.
            to = dash >= 0 ? Number(range[(dash + 1)..], names, first) : slash < 0 ? from : last;
        }
        if (from < first || to > last || from > to)
            return 0;
        var set = 0UL;
        for (var number = from; number <= to; number += step)
            set |= 1UL << number;
        return set;
    }

    private static int Number(string text, string[]? names, int first)
    {
        var index = names is null ? -1 : Array.IndexOf(names, text.ToLowerInvariant());
        if (index >= 0)
            return index + first;
        return text.Length is 1 or 2 && !text.AsSpan().ContainsAnyExceptInRange('0', '9') ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : -1;
    }

    private static bool Has(ulong set, int value) => (set & (1UL << value)) != 0;

    private static int? From(ulong set, int value)
    {
        var rest = set >> value;
        return rest == 0 || value > 63 ? null : value + BitOperations.TrailingZeroCount(rest);
    }
}

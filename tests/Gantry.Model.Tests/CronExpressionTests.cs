using FsCheck;
using FsCheck.Fluent;
using Gantry.Model.Values;

namespace Gantry.Model.Tests;

public class CronExpressionTests
{
    [Theory]
    [InlineData("15 23 * * *", "2026-01-01T00:00:00Z", "2026-01-01T23:15:00Z")]
    [InlineData("15 23 * * *", "2026-01-01T23:15:00Z", "2026-01-02T23:15:00Z")]
    [InlineData("15 23 * * *", "2026-01-01T23:14:59.999Z", "2026-01-01T23:15:00Z")]
    [InlineData("* * * * *", "2026-01-01T00:00:00.001Z", "2026-01-01T00:01:00Z")]
    [InlineData("0 * * * *", "2026-12-31T23:59:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("15,45 10 * * *", "2026-01-01T10:15:00Z", "2026-01-01T10:45:00Z")]
    [InlineData("0 1-3 * * *", "2026-01-01T03:00:00Z", "2026-01-02T01:00:00Z")]
    [InlineData("*/10 8-10 * * *", "2026-01-01T10:50:00Z", "2026-01-02T08:00:00Z")]
    [InlineData("5/15 * * * *", "2026-01-01T00:05:00Z", "2026-01-01T00:20:00Z")]
    // 2026-01-01 is a Thursday; 0 is Monday here, unlike elsewhere.
    [InlineData("0 0 * * 0", "2026-01-01T00:00:00Z", "2026-01-05T00:00:00Z")]
    [InlineData("0 0 * * 6", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z")]
    [InlineData("0 0 * * mon", "2026-01-01T00:00:00Z", "2026-01-05T00:00:00Z")]
    [InlineData("0 0 * * SAT-SUN", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z")]
    // Both days restricted: either is enough.
    [InlineData("0 0 13 * fri", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")]
    [InlineData("0 0 13 * fri", "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z")]
    // One of them a star, also with a step: both hold.
    [InlineData("0 0 */2 * fri", "2026-01-01T00:00:00Z", "2026-01-09T00:00:00Z")]
    [InlineData("0 0 31 * *", "2026-02-01T00:00:00Z", "2026-03-31T00:00:00Z")]
    [InlineData("0 0 29 feb *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z")]
    [InlineData("30 6 * jun-aug *", "2026-09-01T00:00:00Z", "2027-06-01T06:30:00Z")]
    public void Next_AfterATime_IsTheFirst(string expression, string after, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected), CronExpression.Parse(expression).Value.Next(DateTimeOffset.Parse(after)));

    [Fact]
    public void Next_FromAnotherOffset_CountsInUtc() =>
        Assert.Equal(
            new DateTimeOffset(2026, 1, 1, 3, 0, 0, TimeSpan.Zero),
            CronExpression.Parse("0 3 * * *").Value.Next(new DateTimeOffset(2026, 1, 1, 4, 30, 0, TimeSpan.FromHours(2))));

    [Fact]
    public void Next_AtTheEndOfTime_IsNone() => Assert.Null(CronExpression.Parse("* * * * *").Value.Next(DateTimeOffset.MaxValue));

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("* * * * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * 32 * *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 7")]
    [InlineData("* * * * sunday")]
    [InlineData("*/0 * * * *")]
    [InlineData("5-1 * * * *")]
    [InlineData("1, * * * *")]
    [InlineData("1--2 * * * *")]
    [InlineData("-1 * * * *")]
    [InlineData("+1 * * * *")]
    [InlineData("@daily")]
    [InlineData("0 0 30 2 *")]
    [InlineData("0 0 31 4,6,9,11 *")]
    public void Parse_Malformed_IsRefused(string expression) => Assert.False(CronExpression.Parse(expression).Ok);

    // The oracle walks minute by minute and knows nothing of sets.
    [Fact]
    public void Next_OfAnyExpression_IsWhatWalkingFinds() => Case.Check(runs: 40, property: input =>
    {
        var (minute, hour, day, month, weekday, after) = input;
        var cron = CronExpression.Parse($"{minute} {hour} {day} {month} {weekday}");
        Assert.Null(cron.Error);
        var next = cron.Value.Next(after);
        var walked = Walk(after);
        // Walking is slow, so it gives up after forty days; then all there is to see is that nothing came too early.
        if (walked is not null)
            Assert.Equal(walked, next);
        else
            Assert.True(next > after.AddDays(39));

        DateTimeOffset? Walk(DateTimeOffset from)
        {
            var time = new DateTimeOffset(from.Year, from.Month, from.Day, from.Hour, from.Minute, 0, TimeSpan.Zero).AddMinutes(1);
            for (var end = from.AddDays(40); time < end; time = time.AddMinutes(1))
            {
                var byDate = Is(day, time.Day);
                var byWeekday = Is(weekday, time.DayOfWeek == DayOfWeek.Sunday ? 6 : (int)time.DayOfWeek - 1);
                var isDay = day != "*" && weekday != "*" ? byDate || byWeekday : byDate && byWeekday;
                if (isDay && Is(minute, time.Minute) && Is(hour, time.Hour) && Is(month, time.Month))
                    return time;
            }
            return null;
        }

        static bool Is(string field, int value) => field == "*" || field.Split(',').Any(item =>
            item.Split('-') is [var low, var high] ? value >= int.Parse(low) && value <= int.Parse(high) : int.Parse(item) == value);
    });

    private static Gen<(string, string, string, string, string, DateTimeOffset)> Case =>
        from minute in Field(0, 59)
        from hour in Field(0, 23)
        from day in Field(1, 28)
        from month in Field(1, 12)
        from weekday in Field(0, 6)
        from minutes in Gen.Choose(0, 6_000_000)
        select (minute, hour, day, month, weekday, new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minutes).AddSeconds(minutes % 60));

    private static Gen<string> Field(int first, int last) => Gen.OneOf(
        Gen.Constant("*"),
        Gen.Choose(first, last).NonEmptyListOf().Select(values => string.Join(',', values.Take(3))),
        Gen.Choose(first, last).Two().Select(ends => $"{Math.Min(ends.Item1, ends.Item2)}-{Math.Max(ends.Item1, ends.Item2)}"));
}

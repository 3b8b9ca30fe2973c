namespace Gantry.Engine.Runs;

/// <summary>When a scheduled run is due.</summary>
internal static class ScheduleTimes
{
    /// <summary>
    /// The next time that any of the expressions names, strictly after <paramref name="after"/>. Counting from now and not from the last
    /// trigger is what makes a server that was down run a missed trigger once, and skip those that passed while the run was busy.
    /// </summary>
    public static DateTimeOffset? Next(IReadOnlyList<string> schedule, DateTimeOffset after) =>
        schedule.Select(expression => CronTimes.Next(expression, after)).Min();
}

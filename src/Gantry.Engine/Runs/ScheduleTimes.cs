using Gantry.Model.Values;

namespace Gantry.Engine.Runs;

/// <summary>When a scheduled run is due.</summary>
internal static class ScheduleTimes
{
    /// <summary>
    /// The next time that any of the expressions names, strictly after <paramref name="after"/>; null for none. Counting from now and not
    /// from the last trigger is what makes a server that was down run a missed trigger once, and skip those that passed while the run was busy.
    /// </summary>
    public static DateTimeOffset? Next(IReadOnlyList<string> schedule, DateTimeOffset after) =>
        schedule.Select(CronExpression.Parse).Where(expression => expression.Ok).Select(expression => expression.Value.Next(after)).Min();
}

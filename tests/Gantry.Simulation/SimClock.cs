namespace Gantry.Simulation;

/// <summary>The clock of one machine, for durations only: it began at some time of its own, and runs a little fast or slow.</summary>
internal sealed class SimClock(Timeline time, Chance chance)
{
    // What a clock that is disciplined may be off by while it is put right.
    private readonly double rate = 1 + (0.0005 * chance.Of(-1, -0.3, 0, 0.4, 1));
    private readonly DateTimeOffset began = time.Now - chance.Between(TimeSpan.Zero, TimeSpan.FromDays(300));

    public TimeSpan Now => (time.Now - began) * rate;

    /// <summary>Lets something happen when this clock shows a time.</summary>
    public void At(TimeSpan at, Action action) => time.After((at - Now) / rate + TimeSpan.FromTicks(1), action);
}

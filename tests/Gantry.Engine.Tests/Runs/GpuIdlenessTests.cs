using Gantry.Engine.Runs;
using Gantry.Model.Configurations;

namespace Gantry.Engine.Tests.Runs;

public sealed class GpuIdlenessTests
{
    private static readonly UtilizationPolicy Policy = new(30, TimeSpan.FromMinutes(10));

    [Fact]
    public void Gpu_BelowTheFloorForAllOfTheWindow_IsIdle()
    {
        var almost = Measure(Minutes(9.9), _ => [5, 90]);
        Assert.Null(almost.IdleFor(Policy));
        Assert.Equal(0, Measure(Minutes(10), _ => [5, 90]).IdleFor(Policy));
        Assert.Equal(1, Measure(Minutes(10), _ => [90, 29]).IdleFor(Policy));
    }

    [Fact]
    public void Gpu_UsedOnceInTheWindow_IsNot() =>
        Assert.Null(Measure(Minutes(15), at => [at == Given.Now.AddMinutes(8) ? 30 : 0]).IdleFor(Policy));

    [Fact]
    public void Gpus_EachUsedNowAndThen_AreNot() =>
        Assert.Null(Measure(Minutes(30), at => at.Minute % 10 < 5 ? [0, 80] : [80, 0]).IdleFor(Policy));

    [Fact]
    public void Gpu_WhoseUseIsNotKnown_IsNot() =>
        Assert.Null(Measure(Minutes(15), at => [at == Given.Now.AddMinutes(8) ? null : 0]).IdleFor(Policy));

    [Fact]
    public void Host_AwayForPartOfTheWindow_IsNotHeldAgainstTheJob()
    {
        var before = Measure(Minutes(9), _ => [0]);
        var back = before.With(Given.Now.AddMinutes(20), [0], Policy.MinGpuUtilization);
        Assert.Null(back.IdleFor(Policy));
    }

    [Fact]
    public void Clock_SetBack_BeginsAnew() =>
        Assert.Null(Measure(Minutes(9), _ => [0]).With(Given.Now.AddHours(-1), [0], Policy.MinGpuUtilization).IdleFor(Policy));

    [Fact]
    public void Floor_OfZero_IsAlwaysMet() =>
        Assert.Null(GpuIdleness.Unknown.With(Given.Now, [0], 0).With(Given.Now.AddSeconds(5), [0], 0).IdleFor(Policy with { TimeWindow = TimeSpan.Zero }));

    private static TimeSpan Minutes(double minutes) => TimeSpan.FromMinutes(minutes);

    private static GpuIdleness Measure(TimeSpan time, Func<DateTimeOffset, int?[]> use)
    {
        var idleness = GpuIdleness.Unknown;
        for (var at = Given.Now; at <= Given.Now + time; at += TimeSpan.FromSeconds(5))
        {
            idleness = idleness.With(at, use(at), Policy.MinGpuUtilization);
        }

        return idleness;
    }
}

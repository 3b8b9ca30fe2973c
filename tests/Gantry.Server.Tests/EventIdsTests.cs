using Gantry.Server.Reconcilers;

namespace Gantry.Server.Tests;

public sealed class EventIdsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void At_AnyTime_IsAUuidOfVersion4()
    {
        var id = EventIds.At(Now);

        Assert.Equal(4, id.Version);
        Assert.InRange(id.Variant, 8, 11);
    }

    [Fact]
    public void At_LaterTime_ComesLaterAsText() =>
        Assert.True(string.CompareOrdinal(EventIds.At(Now).ToString("D"), EventIds.At(Now.AddMilliseconds(1)).ToString("D")) < 0);

    [Fact]
    public void At_SameTime_IsNeverTheSame() =>
        Assert.Equal(10_000, Enumerable.Range(0, 10_000).Select(_ => EventIds.At(Now)).ToHashSet().Count);
}

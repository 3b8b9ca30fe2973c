using Gantry.Engine.Fleets;
using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Link;

namespace Gantry.Engine.Tests.Fleets;

public sealed class HostLeaseTests
{
    private static readonly LeaseTerms Ten = new(TimeSpan.FromMinutes(10));

    public static TheoryData<double> Lengths => [5, 8, 60, 600, 3600, 604800];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Terms_OfAnyLength_StopBeforeTheyKillBeforeTheServerGoesOn(double seconds)
    {
        var terms = new LeaseTerms(TimeSpan.FromSeconds(seconds));
        // Clocks that are disciplined differ by 500 parts in a million each; beyond that, a second for who kills, and two for dying.
        var drift = terms.Length * 0.001;

        Assert.True(terms.AskEvery * 5 < terms.StopAfter, "Single losses must not matter.");
        Assert.True(terms.StopAfter < terms.KillAfter);
        Assert.True(terms.KillAfter + drift + TimeSpan.FromSeconds(3) < terms.OverAfter);
    }

    [Fact]
    public void Lease_GrantedAnew_LastsFromThenOn()
    {
        var lease = HostLease.Unheard(TimeSpan.Zero, Ten).Granted(TimeSpan.FromMinutes(7), Ten);

        Assert.False(lease.IsOver(TimeSpan.FromMinutes(17)));
        Assert.True(lease.IsOver(TimeSpan.FromMinutes(7) + Ten.OverAfter));
    }

    [Fact]
    public void Lease_GrantedShorter_StillCountsAsTheLongerOne()
    {
        // The shorter answer may be lost.
        var lease = HostLease.Unheard(TimeSpan.Zero, Ten).Granted(TimeSpan.FromMinutes(1), new LeaseTerms(TimeSpan.FromSeconds(10)));

        Assert.False(lease.IsOver(TimeSpan.FromMinutes(10)));
        Assert.True(lease.IsOver(Ten.OverAfter));
    }

    [Fact]
    public void Lease_IsNeeded_OnlyWhereAnInterruptionIsRetried()
    {
        Assert.False(HostLease.IsNeeded(null));
        Assert.False(HostLease.IsNeeded(new RetryPolicy([RetryEvent.Error, RetryEvent.NoCapacity], 3600)));
        Assert.False(HostLease.IsNeeded(new RetryPolicy([RetryEvent.Interruption], 0)));
        Assert.True(HostLease.IsNeeded(new RetryPolicy([RetryEvent.Error, RetryEvent.Interruption], 60)));
    }
}

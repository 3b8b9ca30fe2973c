using Gantry.Engine.Runs;

namespace Gantry.Engine.Tests.Runs;

public sealed class OldSubmissionsTests
{
    private static readonly DateTimeOffset LongAgo = Given.Now.AddHours(-1);

    [Fact]
    public void Submissions_OfACrashLoop_LeaveTheFirstAndTheLatest() => Assert.Equal(
        [0, .. Enumerable.Range(81, OldSubmissions.Kept)],
        Enumerable.Range(0, 101).Where(number => !OldSubmissions.MayGo(number, latest: 100, LongAgo, Given.Now)));

    [Fact]
    public void Submission_ThatHasNotEndedOrOnlyJust_Stays()
    {
        Assert.False(OldSubmissions.MayGo(1, 100, finishedAt: null, Given.Now));
        Assert.False(OldSubmissions.MayGo(1, 100, Given.Now.AddMinutes(-9), Given.Now));
        Assert.True(OldSubmissions.MayGo(1, 100, Given.Now.AddMinutes(-10), Given.Now));
    }
}

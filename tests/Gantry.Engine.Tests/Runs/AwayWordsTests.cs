using Gantry.Engine.Runs;

namespace Gantry.Engine.Tests.Runs;

public sealed class AwayWordsTests
{
    [Fact]
    public void Run_OnAHostThatIsAway_SaysWhatItWaitsFor()
    {
        Assert.Null(AwayWords.Of([], Given.Now));
        Assert.Equal(
            "Host b is unreachable for 6 min; its lease ends in 4 min, then the run goes on elsewhere.",
            AwayWords.Of([new("b", Given.Now.AddMinutes(-6), TimeSpan.FromMinutes(3.2))], Given.Now));
        Assert.Equal(
            "Host b is unreachable for 5 s: the run waits for it, and is not placed elsewhere without `interruption` in its retry policy. Host c is unreachable for 1 s; its lease ends in 9 s, then the run goes on elsewhere.",
            AwayWords.Of([new("b", Given.Now.AddSeconds(-5), null), new("c", Given.Now, TimeSpan.FromSeconds(9))], Given.Now));
    }
}

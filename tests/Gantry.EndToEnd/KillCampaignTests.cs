namespace Gantry.EndToEnd;

/// <summary>A sample of the campaign in bench/soak: server and agent killed at random moments over a series of tasks.</summary>
public sealed class KillCampaignTests : EndToEndTest
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task ServerAndAgent_KilledAtRandomMoments_NoTaskIsLostOrRunTwice(int seed)
    {
        var (wrong, summary) = await new KillCampaign(Home, seed, tasks: 10, kills: 8).Run();

        TestContext.Current.TestOutputHelper?.WriteLine(summary);
        Assert.True(wrong.Count == 0, $"{summary}\n{string.Join('\n', wrong)}");
    }
}

namespace Gantry.EndToEnd;

/// <summary>Every file in examples/ is run, as it is.</summary>
public sealed class ExamplesTests(RunningHome home) : IClassFixture<RunningHome>
{
    /// <summary>Names of the examples.</summary>
    public static TheoryData<string> Names() =>
        [.. Directory.GetFiles(Path.Combine(Checkout.Root, "examples"), "*.dstack.yml").Select(file => Path.GetFileName(file).Replace(".dstack.yml", "")).Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Example_Applied_DoesWhatItSays(string name)
    {
        var file = Checkout.Example(name);
        await home.GantryOk("validate", file);
        var isScheduled = File.ReadLines(file).Any(line => line.StartsWith("schedule:", StringComparison.Ordinal));
        var result = await home.GantryOk(isScheduled ? ["apply", "-f", file, "-y", "-d"] : ["apply", "-f", file, "-y"]);

        var runName = File.ReadLines(file).First(line => line.StartsWith("name:", StringComparison.Ordinal))[5..].Trim();
        var run = await home.Api.UntilRun(runName, isScheduled ? "pending" : "done");
        Assert.Equal(isScheduled, run["next_triggered_at"] is not null);
        Assert.True(isScheduled || result.Output.Length > 0, "An example that says nothing shows nothing.");
    }
}

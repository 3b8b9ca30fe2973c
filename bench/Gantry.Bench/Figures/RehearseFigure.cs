using Gantry.Testing;

namespace Gantry.Bench.Figures;

/// <summary><c>gantry db rehearse</c> of all of Gantry's own migrations with 200 scenarios each, on both engines, the start of the process included.</summary>
internal static class RehearseFigure
{
    private const int Usual = 5;

    public static async Task MeasureAsync(int? count)
    {
        await using var home = new BenchHome();
        await using var cluster = await PrivateCluster.StartAsync();
        var alone = Command.Times(count ?? Usual, () => home.Gantry("db", "rehearse"));
        var both = Command.Times(count ?? Usual, () => home.Gantry("db", "rehearse", "--against", cluster.Url("postgres")));
        Report.Times("rehearsal of Gantry's migrations, SQLite alone", alone);
        Report.Times("the same on both engines", both, atMost: 10_000, peer: ("SQLite alone", alone));
    }
}

using System.Diagnostics;

namespace Gantry.Bench.Figures;

/// <summary>Wall time of <c>gantry ps</c> with 200 finished runs.</summary>
internal static class PsFigure
{
    private const int Usual = 30;

    public static async Task MeasureAsync(int? count)
    {
        var n = count ?? Usual;
        await using var home = BenchHome.WithFinishedRuns(200);
        var peer = ("/bin/true", Command.Times(n, () => new ProcessStartInfo("/bin/true")));
        Report.Times("gantry ps", Command.Times(n, () => home.Gantry("ps")), atMost: 100, peer);
        Report.Times("gantry ps -a", Command.Times(n, () => home.Gantry("ps", "-a")), peer: peer);
        Report.Times("gantry --version", Command.Times(n, () => home.Gantry("--version")), peer: peer);
    }
}

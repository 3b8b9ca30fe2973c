using System.Diagnostics;

namespace Gantry.Bench.Figures;

/// <summary>Warm apply: from the request that submits a task to its first line of output, and a whole <c>gantry apply</c>.</summary>
internal static class ApplyFigure
{
    private const int Usual = 50;

    public static async Task MeasureAsync(int? count)
    {
        var n = count ?? Usual;
        await using var home = new BenchHome();
        home.StartServer();
        var file = Path.Combine(home.Directory, "noop.dstack.yml");
        await File.WriteAllTextAsync(file, "type: task\ncommands:\n  - \"true\"\n");

        // Alternating, so that whatever else the machine does meets all of them.
        var (lines, ends, applies, shells) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        using var client = home.Client();
        for (var i = -2; i < n; i++)
        {
            var (line, end) = await OneRun.TimeAsync(client, $"echo-{i + 2}", """{"type":"task","commands":["echo hi"]}""");
            var apply = Command.Time(home.Gantry("apply", "-f", file, "-y"));
            var shell = Command.Time(new ProcessStartInfo("/bin/sh", ["-c", "echo hi"]));
            if (i < 0)
                continue;
            lines.Add(line);
            ends.Add(end);
            applies.Add(apply);
            shells.Add(shell);
        }
        var peer = ("sh -c 'echo hi'", new Sample(shells));
        Report.Times("runs/apply sent to first line of output", new Sample(lines), atMost: 100, peer);
        Report.Times("runs/apply sent to the run's end", new Sample(ends), peer: peer);
        Report.Times("gantry apply of a no-op task, whole command", new Sample(applies), peer: peer);
    }
}

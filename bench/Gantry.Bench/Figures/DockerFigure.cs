using System.Diagnostics;
using Gantry.EndToEnd.Harness;

namespace Gantry.Bench.Figures;

/// <summary>A task in a container whose image is there, from its submission to its first line, against <c>docker run --rm</c> of the same image on the same daemon.</summary>
internal static class DockerFigure
{
    private const int Usual = 30;

    public static async Task MeasureAsync(int? count)
    {
        if (!DockerDaemon.IsPossible)
        {
            Report.Skipped(DockerDaemon.Needs);
            return;
        }
        await using var docker = new DockerDaemon();
        await docker.InitializeAsync();
        await using var home = new BenchHome();
        home.Environment["DOCKER_HOST"] = docker.Host;
        home.StartServer();
        using var client = home.Client();
        var (lines, ends, peers) = (new List<double>(), new List<double>(), new List<double>());
        // Alternating, so that whatever else the machine does meets both.
        for (var i = -2; i < (count ?? Usual); i++)
        {
            var (line, end) = await OneRun.TimeAsync(client, $"echo-{i + 2}", $$"""{"type":"task","image":"{{DockerDaemon.Tools}}","commands":["echo hi"]}""");
            var peer = Command.Time(new ProcessStartInfo("docker", ["-H", docker.Host, "run", "--rm", DockerDaemon.Tools, "/bin/sh", "-c", "echo hi"]));
            if (i < 0)
                continue;
            lines.Add(line);
            ends.Add(end);
            peers.Add(peer);
        }
        var run = ("docker run --rm", new Sample(peers));
        Report.Against("runs/apply sent to a container's first line", new Sample(lines), run, times: 1.2, more: 100);
        Report.Times("runs/apply sent to the run's end", new Sample(ends), peer: run);
    }
}

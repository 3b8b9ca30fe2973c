using Gantry.EndToEnd.Harness;

namespace Gantry.Bench.Figures;

/// <summary>What the agent takes with 50 containers that do nothing.</summary>
internal static class ContainersFigure
{
    private const int Containers = 50;
    private const int UsualSeconds = 60;

    public static async Task MeasureAsync(int? count)
    {
        if (!DockerDaemon.IsPossible)
        {
            Report.Skipped(DockerDaemon.Needs);
            return;
        }
        var seconds = count ?? UsualSeconds;
        await using var docker = new DockerDaemon();
        await docker.InitializeAsync();
        await using var home = new BenchHome();
        home.Environment["DOCKER_HOST"] = docker.Host;
        home.StartServer();
        await Task.Delay(TimeSpan.FromSeconds(5));
        var agent = home.AgentPid ?? throw new InvalidOperationException("No agent runs.");
        Memory("agent without containers", agent);
        NoOpRuns.Submit(home, "idle", Containers, connections: 4, $$"""{"type":"task","image":"{{DockerDaemon.Tools}}","commands":["sleep 1000000"]}""");
        await Deadline.Until($"{Containers} containers", () => docker.Docker("ps", "-q").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == Containers, TimeSpan.FromMinutes(4));
        await Task.Delay(TimeSpan.FromSeconds(10));

        var (agentBefore, serverBefore) = (LinuxProcess.Cpu(agent), LinuxProcess.Cpu(home.ServerPid));
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        Cpu("agent", LinuxProcess.Cpu(agent) - agentBefore, seconds);
        Cpu("server", LinuxProcess.Cpu(home.ServerPid) - serverBefore, seconds);
        Memory($"agent with {Containers} containers", agent);
        Memory($"server with {Containers} containers", home.ServerPid);
    }

    private static void Cpu(string who, TimeSpan cpu, int seconds) =>
        Report.Value($"{who}, CPU in {seconds} s with {Containers} idle containers", $"{cpu.TotalSeconds:0.00} s = {cpu.TotalSeconds / seconds * 100:0.00} % of a core");

    private static void Memory(string who, int pid)
    {
        var (rss, pss) = LinuxProcess.Megabytes(pid);
        Report.Value($"{who}, memory", $"RSS {rss:0.0} MB, PSS {pss:0.0} MB");
    }
}

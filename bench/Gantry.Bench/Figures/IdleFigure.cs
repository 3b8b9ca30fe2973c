namespace Gantry.Bench.Figures;

/// <summary>What server and agent take when nothing happens: after 200 runs, and after a restart with that database.</summary>
internal static class IdleFigure
{
    private const int UsualSeconds = 60;
    private const int SettleSeconds = 5;

    public static async Task MeasureAsync(int? count)
    {
        var seconds = count ?? UsualSeconds;
        await using var home = BenchHome.WithFinishedRuns(200);
        await Task.Delay(TimeSpan.FromSeconds(SettleSeconds));
        Memory("server after 200 runs", home.ServerPid);
        await home.StopServerAsync();
        home.StartServer();
        await Task.Delay(TimeSpan.FromSeconds(SettleSeconds));

        var (server, agent) = (home.ServerPid, home.AgentPid ?? throw new InvalidOperationException("No agent runs."));
        var (serverBefore, agentBefore) = (LinuxProcess.Cpu(server), LinuxProcess.Cpu(agent));
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        Cpu("server", LinuxProcess.Cpu(server) - serverBefore, seconds);
        Cpu("agent", LinuxProcess.Cpu(agent) - agentBefore, seconds);
        Memory("server, existing database", server);
        Memory("agent", agent);
    }

    private static void Cpu(string who, TimeSpan cpu, int seconds)
    {
        var percent = cpu.TotalSeconds / seconds * 100;
        Report.Value($"{who}, CPU in {seconds} s idle", $"{cpu.TotalSeconds:0.00} s = {percent:0.00} % of a core", who == "server" ? ($"<= 0.5 %", percent <= 0.5) : null);
    }

    private static void Memory(string who, int pid)
    {
        var (rss, pss) = LinuxProcess.Megabytes(pid);
        Report.Value($"{who}, memory", $"RSS {rss:0.0} MB, PSS {pss:0.0} MB", who.StartsWith("server", StringComparison.Ordinal) ? ($"<= 120 MB RSS", rss <= 120) : null);
    }
}

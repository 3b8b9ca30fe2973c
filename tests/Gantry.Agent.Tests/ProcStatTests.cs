using Gantry.Agent.Executors.Process;
using Gantry.Model.Link;

namespace Gantry.Agent.Tests;

public sealed class ProcStatTests
{
    [Theory]
    [InlineData("42 (sh) S 1 40 41 0 -1 4194560 84 0 0 0 3 4 5 6 20 0 1 0 987654 2473984 225 18446744073709551615 1 1 0", "S")]
    [InlineData("42 (a (b) S 1 2 3) S 1 40 41 0 -1 4194560 84 0 0 0 3 4 5 6 20 0 1 0 987654 2473984 225 18446744073709551615 1 1 0", "S")]
    public void Line_IsReadWhateverTheNameHolds(string line, string state)
    {
        var stat = ProcStat.Parse(line)!.Value;

        Assert.Equal(new ProcStat(42, state[0], 1, 40, 41, 18, 987654, 225), stat);
    }

    [Theory]
    [InlineData("")]
    [InlineData("42")]
    [InlineData("42 (sh) S 1")]
    [InlineData("x (sh) S 1 40 41 0 -1 4194560 84 0 0 0 3 4 5 6 20 0 1 0 987654 2473984 225")]
    public void Line_Incomplete_IsNone(string line) => Assert.Null(ProcStat.Parse(line));

    [Fact]
    public void OwnProcess_IsAlive_AndAnotherStartOfItsPidIsNot()
    {
        var stat = ProcStat.Of(Environment.ProcessId)!.Value;
        var own = new ProcessIdentity(ProcessIdentity.CurrentBoot, stat.Pid, stat.StartTicks);

        Assert.True(own.IsAlive);
        Assert.False((own with { StartTicks = stat.StartTicks + 1 }).IsAlive);
        Assert.False((own with { BootId = "another" }).IsAlive);
    }

    [Theory]
    [InlineData("/home/u/.gantry/agent", "/home/u/.gantry/agent/agent.sock")]
    [InlineData("/home/u/.gantry/agent/", "/home/u/.gantry/agent/agent.sock")]
    public void SocketPath_Short_IsInTheSpool(string spool, string path) => Assert.Equal(path, AgentAddress.SocketPath(spool, "u"));

    [Fact]
    public void SocketPath_Long_FitsASocketAndDiffersBySpoolAndUser()
    {
        var spool = "/" + new string('x', 200);

        var path = AgentAddress.SocketPath(spool, "u");

        Assert.Matches("^/tmp/gantry-u-[0-9a-f]{16}/agent.sock$", path);
        Assert.NotEqual(path, AgentAddress.SocketPath(spool + "y", "u"));
        Assert.NotEqual(path, AgentAddress.SocketPath(spool, "v"));
        Assert.True(AgentAddress.SocketPath(spool, new string('u', 80)).Length <= AgentAddress.LongestPath);
    }
}

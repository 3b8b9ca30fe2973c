namespace Gantry.EndToEnd;

/// <summary>No room: for the server's logs, for its database, for the agent's spool.</summary>
public sealed class DiskFullTests : EndToEndTest
{
    [Fact]
    public async Task ServerLogs_NoRoom_RunFailsWithThatReasonAndTheServerGoesOn()
    {
        Assert.SkipUnless(SmallDisk.IsPossible, SmallDisk.Needs);
        using var disk = new SmallDisk(Path.Combine(Home.ServerDirectory, "logs"), 12);
        using var apply = Home.Apply("floods", ["head -c 40000000 /dev/zero | tr '\\0' x", "sleep 60"]);
        var result = await apply.Result();

        await AssertDiskFull("floods", result);
        var server = Home.ServerPid;
        disk.Grow(100);
        await AssertWorks();
        Assert.Equal(server, Home.ServerPid);
    }

    [Fact]
    public async Task Database_NoRoom_ApplySaysSoAndTheServerGoesOn()
    {
        Assert.SkipUnless(SmallDisk.IsPossible, SmallDisk.Needs);
        using var disk = new SmallDisk(Home.ServerDirectory, 48);
        await Home.StartServer();
        var server = Home.ServerPid;
        disk.Fill();

        // What is left in the file's free pages may take a few runs; then it is full.
        CommandResult? refused = null;
        for (var i = 0; refused is null && i < 200; i++)
        {
            var result = await Home.Gantry("apply", "-f", Home.WriteTask($"squeezed-{i}", ["true"]), "-y", "-d");
            refused = result.ExitCode == 0 ? null : result;
        }
        Assert.NotNull(refused);
        Assert.Matches("(?i)no (room|space)|full", refused.Error);
        Assert.DoesNotContain("Exception", refused.Everything, StringComparison.Ordinal);

        disk.Free();
        await AssertWorks();
        Assert.Equal(server, Home.ServerPid);
    }

    [Fact]
    public async Task AgentSpool_NoRoom_RunFailsWithThatReasonAndTheAgentGoesOn()
    {
        Assert.SkipUnless(SmallDisk.IsPossible, SmallDisk.Needs);
        using var disk = new SmallDisk(Home.AgentDirectory, 8);
        await Home.StartServer();
        // Larger than the spool could hold at any rate: the server keeps up with what the agent may drop, not with this.
        using var apply = Home.Apply("floods", ["head -c 400000000 /dev/zero | tr '\\0' x", "sleep 60"]);
        var result = await apply.Result();

        await AssertDiskFull("floods", result);
        disk.Grow(100);
        await AssertWorks();
    }

    private async Task AssertDiskFull(string name, CommandResult result)
    {
        Assert.NotEqual(0, result.ExitCode);
        Assert.Matches("(?i)no (room|space)|full", result.Error);
        var run = await Home.Api.UntilRun(name, "failed");
        Assert.Equal("disk_full", (string?)ServerApi.Submission(run)!["termination_reason"]);
    }

    private async Task AssertWorks()
    {
        using var apply = Home.Apply("after", ["echo there is room"]);
        var result = await apply.Result();
        Assert.True(result.ExitCode == 0 && result.Output == "there is room\n", result.ToString());
    }
}

using System.Diagnostics;
using Gantry.Agent.Tests.Support;
using Gantry.Model.Link;

namespace Gantry.Agent.Tests;

/// <summary>On a real file system that is really full: a tmpfs of 2 MB, which only root can mount.</summary>
public sealed class DiskFullTests
{
    [Fact]
    public async Task FullDisk_JobsFailWithThatReason_AndTheAgentGoesOnOnceThereIsRoom()
    {
        Assert.True(Environment.UserName == "root", "This test mounts a tmpfs: run it as root, or under `unshare -rm`.");
        var spool = TestAgent.NewSpool();
        Directory.CreateDirectory(spool);
        Run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", spool);
        try
        {
            await using var agent = await TestAgent.StartAsync(spool);
            await using var server = await agent.ConnectAsync();
            var patient = await server.StartAsync("echo up; while [ ! -e /proc/$PPID/nothing ] && [ ! -e go ]; do sleep 0.02; done; echo down");
            await server.UntilLoggedAsync(patient, "up");

            // Its own output fills the disk while it runs, and it would go on for ever without writing.
            var loud = await server.StartAsync("trap '' PIPE; head -c 4000000 /dev/urandom; exec sleep 300");
            var ended = await server.UntilEndedAsync(loud);
            Assert.Equal(ObservedState.DiskFull, ended.State);
            Assert.Contains("disk was full", ended.Error);
            Assert.InRange(server.Log(loud).Length, 1, 2 << 20);

            // No room for a start: refused in a sentence.
            var refused = await server.StartAsync("echo never");
            var refusal = await server.UntilEndedAsync(refused);
            Assert.Equal(ObservedState.DiskFull, refusal.State);
            Assert.Contains("Make room", refusal.Error);

            // A stop works without room for it.
            var gone = await server.UntilRunningAsync(patient);
            Assert.Equal(ObservedState.Running, gone.State);

            // Room again.
            await server.ForgetAsync(loud);
            await server.ForgetAsync(refused);
            await Eventually.True(() => !Directory.Exists(agent.JobDirectory(loud)), "the loud job's spool to go");
            var next = await server.StartAsync("echo again");
            Assert.Equal((ObservedState.Exited, 0), ((await server.UntilEndedAsync(next)).State, server.Observed(next)!.ExitStatus));
            Assert.Equal("again\n", server.Text(next));
            File.WriteAllText(Path.Combine(agent.JobDirectory(patient), "work", "go"), "");
            Assert.Equal(0, (await server.UntilEndedAsync(patient)).ExitStatus);
            Assert.Equal("up\ndown\n", server.Text(patient));
        }
        finally
        {
            Run("umount", "-l", spool);
            Directory.Delete(spool, true);
            File.Delete(spool + ".log");
        }
    }

    [Fact]
    public async Task FullDisk_RunningJobEnds_ItsRecordAndStopNeedNoRoom()
    {
        Assert.True(Environment.UserName == "root", "This test mounts a tmpfs: run it as root, or under `unshare -rm`.");
        var spool = TestAgent.NewSpool();
        Directory.CreateDirectory(spool);
        Run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", spool);
        try
        {
            await using var agent = await TestAgent.StartAsync(spool);
            await using var server = await agent.ConnectAsync();
            var silent = await server.StartAsync("while [ ! -e go ]; do sleep 0.02; done; exit 6");
            var stubborn = await server.StartAsync("trap '' TERM; while :; do sleep 0.05; done");
            await server.UntilRunningAsync(silent);
            await server.UntilRunningAsync(stubborn);
            File.WriteAllText(Path.Combine(agent.JobDirectory(silent), "work", "go.tmp"), "");
            FillUp(Path.Combine(spool, "filler"));

            File.Move(Path.Combine(agent.JobDirectory(silent), "work", "go.tmp"), Path.Combine(agent.JobDirectory(silent), "work", "go"));
            await server.StopAsync(stubborn, 0.2);

            Assert.Equal((ObservedState.Exited, 6), ((await server.UntilEndedAsync(silent)).State, server.Observed(silent)!.ExitStatus));
            Assert.Equal(137, (await server.UntilEndedAsync(stubborn)).ExitStatus);
        }
        finally
        {
            Run("umount", "-l", spool);
            Directory.Delete(spool, true);
            File.Delete(spool + ".log");
        }
    }

    private static void FillUp(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0);
            var block = new byte[4096];
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}

using System.Security.Cryptography;
using Gantry.Agent.Tests.Support;
using Gantry.Model.Link;

namespace Gantry.Agent.Tests;

public sealed class LogTests
{
    [Fact]
    public async Task HundredMegabytes_AreExact_WithMemoryBounded()
    {
        const int size = 100_000_000;
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();

        var job = await server.StartAsync($"head -c {size} /dev/urandom | tee copy");

        var ended = await server.UntilEndedAsync(job, TimeSpan.FromSeconds(60));
        Assert.Equal((ObservedState.Exited, (long)size), (ended.State, ended.LogBytes));
        await using var copy = File.OpenRead(Path.Combine(agent.JobDirectory(job), "work", "copy"));
        Assert.Equal(Convert.ToHexStringLower(await SHA256.HashDataAsync(copy)), server.Log(job).Hash);
        Assert.InRange(ResidentMib(agent.Pid), 10, 100);
        // The server has all of it, so the spool needs not: what is left is less than two steps.
        Assert.InRange(DiskUse(Path.Combine(agent.JobDirectory(job), "output.log")), 0, 10 << 20);
    }

    [Fact]
    public async Task BinaryWithoutNewline_IsExact()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();

        var job = await server.StartAsync("printf '\\000\\377\\200a\\r\\033[0m'");
        await server.UntilEndedAsync(job);

        Assert.Equal(new byte[] { 0, 255, 128, (byte)'a', 13, 27, (byte)'[', (byte)'0', (byte)'m' }, server.Log(job).Bytes);
    }

    [Fact]
    public async Task OutputWithoutNewline_ComesBeforeTheEnd()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();

        var job = await server.StartAsync("printf prompt; exec sleep 60");

        await server.UntilLoggedAsync(job, "prompt");
    }

    [Fact]
    public async Task TenThousandLinesAtOnce_AreInOrder()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();

        var job = await server.StartAsync("seq 10000");
        await server.UntilEndedAsync(job);

        Assert.Equal(string.Concat(Enumerable.Range(1, 10_000).Select(i => i + "\n")), server.Text(job));
    }

    [Fact]
    public async Task DevStderr_OpenedAnew_LosesNothing()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();

        var job = await server.StartAsync("echo one; echo two > /dev/stderr; echo three > /dev/stdout; echo four");
        await server.UntilEndedAsync(job);

        Assert.Equal("one\ntwo\nthree\nfour\n", server.Text(job));
    }

    [Fact]
    public async Task WithoutCredit_NoMoreThanTheInitialIsSent_AndAStopStillArrives()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync(givesCredit: false);
        var job = await server.StartAsync("yes");
        await server.Until(() => server.Log(job).Length == LinkProtocol.InitialLogCredit, "all of the credit to be used");

        // A small job beside it: its state comes although no log can.
        var quiet = await server.StartAsync("exec sleep 60");
        Assert.Equal(ObservedState.Running, (await server.UntilRunningAsync(quiet)).State);
        await server.StopAsync(job, 0);
        await Eventually.True(() => Leftovers.Of(job.ToString()).Count == 0, "the job's end");

        Assert.Equal(LinkProtocol.InitialLogCredit, server.Log(job).Length);
        // Its end is told only behind its log.
        Assert.Equal(ObservedState.Running, server.Observed(job)!.State);
    }

    [Fact]
    public async Task LoudJob_DoesNotKeepAQuietOneWaiting()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var loud = await server.StartAsync("exec head -c 2000000000 /dev/zero");
        await server.Until(() => server.Log(loud).Length > 1 << 20, "the loud one");

        var quiet = await server.StartAsync("echo here");
        await server.UntilEndedAsync(quiet);

        Assert.Equal("here\n", server.Text(quiet));
        Assert.Equal(ObservedState.Running, server.Observed(loud)!.State);
        await server.StopAsync(loud, 0);
        await server.UntilEndedAsync(loud);
    }

    [Fact]
    public async Task Reconnect_LogGoesOnFromWhereTheServerHasIt()
    {
        await using var agent = await TestAgent.StartAsync();
        var id = Guid.NewGuid();
        Guid job;
        await using (var first = await agent.ConnectAsync(id))
        {
            job = await first.StartAsync("echo one; while [ ! -e go ]; do sleep 0.02; done; echo two");
            await first.UntilLoggedAsync(job, "one\n");
        }
        await using var second = await agent.ConnectAsync(id);

        await second.WantAgainAsync((job, 4));
        File.WriteAllText(Path.Combine(agent.JobDirectory(job), "work", "go"), "");
        await second.UntilEndedAsync(job);

        Assert.Equal((4, "two\n"), (second.Log(job).Start, second.Text(job)));
    }

    [Fact]
    public async Task EndedWhileNoServerWasThere_LogComesBeforeTheEnd()
    {
        await using var agent = await TestAgent.StartAsync();
        var id = Guid.NewGuid();
        Guid job;
        await using (var first = await agent.ConnectAsync(id))
        {
            job = await first.StartAsync("echo up; while [ ! -e go ]; do sleep 0.02; done; seq 100000");
            await first.UntilLoggedAsync(job, "up\n");
            await first.UntilRunningAsync(job);
        }
        File.WriteAllText(Path.Combine(agent.JobDirectory(job), "work", "go"), "");
        await Eventually.True(() => File.Exists(Path.Combine(agent.JobDirectory(job), "exit.json")), "the job's end");

        await using var second = await agent.ConnectAsync(id);
        Assert.DoesNotContain(second.First.Jobs, j => j.State == ObservedState.Exited);
        await second.WantAgainAsync((job, 0));
        var ended = await second.UntilEndedAsync(job);

        Assert.Equal(ended.LogBytes, second.Log(job).Length);
        Assert.All(second.History(job), h => Assert.True(h.State == ObservedState.Running || h.LogReceived == ended.LogBytes));
    }

    [Fact]
    public async Task OffsetBeforeWhatWasDropped_GoesOnBehindTheGapAndNeverWithZeros()
    {
        await using var agent = await TestAgent.StartAsync();
        var id = Guid.NewGuid();
        Guid job;
        await using (var first = await agent.ConnectAsync(id))
        {
            job = await first.StartAsync("yes | head -c 9000000; echo; exec sleep 60");
            await first.Until(() => first.Log(job).Length == 9_000_001, "the log");
            await Eventually.True(() => File.Exists(Path.Combine(agent.JobDirectory(job), "dropped")), "the log's beginning to be dropped");
        }
        await agent.KillAsync();
        await agent.RestartAsync();
        await using var second = await agent.ConnectAsync(id);

        await second.WantAgainAsync((job, 0));
        await second.Until(() => second.Log(job).Next == 9_000_001, "the rest of the log");

        Assert.Equal(8 << 20, second.Log(job).Start);
        Assert.DoesNotContain((byte)0, second.Log(job).Bytes);
    }

    private static long ResidentMib(int pid) =>
        long.Parse(File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))[6..^2].Trim()) >> 10;

    private static long DiskUse(string path)
    {
        var info = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%b", path]) { RedirectStandardOutput = true })!;
        return long.Parse(info.StandardOutput.ReadToEnd()) * 512;
    }
}

using System.Security.Cryptography;

namespace Gantry.EndToEnd;

/// <summary>Output of every kind: much, fast, without lines, binary; and jobs that leave processes behind.</summary>
public sealed class OutputTests(RunningHome home) : IClassFixture<RunningHome>
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public async Task TwoHundredMegabytes_FullSpeed_AreWholeAndMemoryStaysBounded()
    {
        var big = await BigOutput.Run(home, "big", 200 * Megabyte);

        Assert.Equal(big.ExpectedHash, big.AppliedHash);
        Assert.Equal(big.ExpectedHash, big.StoredHash);
        Assert.InRange(big.ServerPeakBytes, 1, 250 * Megabyte);
        Assert.InRange(big.AgentPeakBytes, 1, 150 * Megabyte);
    }

    [Fact]
    public async Task NoNewline_AtTheEndOrAnywhere_IsExact()
    {
        using var apply = home.Apply("one-line", ["head -c 3000000 /dev/zero | tr '\\0' x"]);
        var result = await apply.Result();
        Assert.Equal(new string('x', 3_000_000), result.Output);
        Assert.Equal(result.OutputBytes, await home.Log("one-line"));
    }

    [Fact]
    public async Task Binary_IsExact()
    {
        var copy = Path.Combine(home.Work, "random");
        using var apply = home.Apply("binary", [$"head -c 5000000 /dev/urandom | tee '{copy}'"]);
        var result = await apply.Result();

        var expected = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(copy)));
        Assert.Equal(expected, Convert.ToHexString(SHA256.HashData(result.OutputBytes)));
        Assert.Equal(expected, Convert.ToHexString(SHA256.HashData(await home.Log("binary"))));
    }

    [Fact]
    public async Task TenThousandLines_AtOnce_AreAllThereInOrder()
    {
        var lines = string.Concat(Enumerable.Range(1, 10_000).Select(i => $"line {i}\n"));
        var file = Path.Combine(home.Work, "lines");
        File.WriteAllText(file, lines);
        using var apply = home.Apply("burst", [$"cat '{file}'"]);

        Assert.Equal(lines, (await apply.Result()).Output);
    }

    [Fact]
    public async Task OutputAndError_InTurns_StayInOrder()
    {
        using var apply = home.Apply("both", ["for i in $(seq 1 500); do echo out $i; echo err $i >&2; done"]);
        Assert.Equal(string.Concat(Enumerable.Range(1, 500).Select(i => $"out {i}\nerr {i}\n")), (await apply.Result()).Output);
    }

    [Fact]
    public async Task ForksAndExits_RunEndsAndNothingIsLeft()
    {
        var mark = Path.Combine(home.Work, "child");
        using var apply = home.Apply("forks", [$"sleep 1000 & echo $! > '{mark}'", "(setsid sleep 1000 &)", "echo parent ends"]);
        var result = await apply.Result();

        Assert.Equal((0, "parent ends\n"), (result.ExitCode, result.Output));
        var run = await home.Api.UntilRun("forks", "done");
        var child = int.Parse(File.ReadAllText(mark));
        await Deadline.Until("the child gone", () => !Processes.IsAlive(child));
        var id = (string)ServerApi.Submission(run)!["id"]!;
        await Deadline.Until("nothing of the job left", () => Processes.Mentioning(id).Count == 0);
    }

    [Fact]
    public async Task Silent_Job_HasAnEmptyLog()
    {
        using var apply = home.Apply("silent", ["true"]);
        var result = await apply.Result();
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        Assert.Empty(await home.Log("silent"));
    }
}

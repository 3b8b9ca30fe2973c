using System.Security.Cryptography;

namespace Gantry.EndToEnd.Harness;

/// <summary>A job that writes at full speed, and what it cost.</summary>
/// <param name="ExpectedHash">Hash of what the job wrote.</param>
/// <param name="AppliedHash">Hash of what the attached apply printed.</param>
/// <param name="StoredHash">Hash of what <c>logs</c> gives afterwards.</param>
/// <param name="ServerPeakBytes">Most memory that the server had.</param>
/// <param name="AgentPeakBytes">Most memory that the agent had.</param>
/// <param name="Seconds">From apply to its end.</param>
public sealed record BigOutput(string ExpectedHash, string AppliedHash, string StoredHash, long ServerPeakBytes, long AgentPeakBytes, double Seconds)
{
    /// <summary>Runs it.</summary>
    public static async Task<BigOutput> Run(GantryHome home, string name, long bytes)
    {
        var gantry = Path.Combine(home.BuildFolder, "gantry");
        var (applied, stored) = (Path.Combine(home.Work, name + ".applied"), Path.Combine(home.Work, name + ".stored"));
        // Numbered lines: a piece that is lost, repeated or moved changes the hash.
        var source = $"seq 1 1000000000 | head -c {bytes}";
        var file = home.WriteTask(name, [source]);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        using var apply = home.StartProgram("/bin/sh", ["-c", "exec \"$0\" apply -f \"$1\" -y > \"$2\"", gantry, file, applied]);
        Expect(await apply.Result(TimeSpan.FromMinutes(9)));
        var seconds = watch.Elapsed.TotalSeconds;
        var (server, agent) = (Processes.PeakBytes(home.ServerPid!.Value), Processes.PeakBytes(home.AgentPid!.Value));

        using var logs = home.StartProgram("/bin/sh", ["-c", "exec \"$0\" logs \"$1\" > \"$2\"", gantry, name, stored]);
        Expect(await logs.Result(TimeSpan.FromMinutes(9)));
        server = Math.Max(server, Processes.PeakBytes(home.ServerPid!.Value));
        using var expected = home.StartProgram("/bin/sh", ["-c", $"{source} | sha256sum"]);
        var expectedHash = (await expected.Result(TimeSpan.FromMinutes(9))).Output.Split(' ')[0];
        var result = new BigOutput(expectedHash, await Hash(applied), await Hash(stored), server, agent, seconds);
        File.Delete(applied);
        File.Delete(stored);
        return result;
    }

    private static void Expect(CommandResult result)
    {
        if (result.ExitCode != 0)
            throw new InvalidOperationException(result.ToString());
    }

    private static async Task<string> Hash(string file)
    {
        await using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream));
    }
}

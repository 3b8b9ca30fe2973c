using System.Diagnostics;
using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

/// <summary>Completion scripts, run by the shell they are for.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly CommandRun command = new();

    public void Dispose() => command.Dispose();

    [Theory]
    [InlineData("gantry ", "apply")]
    [InlineData("gantry lo", "logs")]
    [InlineData("gantry ps --js", "--json")]
    [InlineData("gantry project set", "set-default")]
    [InlineData("gantry completion ", "fish")]
    public async Task Suggestions_OfALine_HoldTheWord(string line, string expected)
    {
        var result = await command.RunAsync($"[suggest:{line.Length}]", line);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains(expected, result.Output.Split('\n'));
    }

    [Fact]
    public async Task BashScript_CompletesInBash()
    {
        var script = (await command.RunAsync("completion", "bash")).Output;
        // The program is a stand-in that answers as gantry does; the script is what is tested.
        var shell = $$"""
            gantry() { echo "args:$*" >&2; printf 'logs\nlogin\n'; }
            {{script}}
            COMP_WORDS=(gantry lo); COMP_CWORD=1; COMP_LINE="gantry lo"; COMP_POINT=9
            _gantry
            printf '%s\n' "${COMPREPLY[@]}"
            complete -p gantry
            """;

        var output = await RunShellAsync("bash", shell);

        Assert.StartsWith("logs\nlogin\n", output);
        Assert.Contains("-F _gantry gantry", output);
    }

    private static async Task<string> RunShellAsync(string shell, string script)
    {
        using var process = Process.Start(new ProcessStartInfo(shell) { ArgumentList = { "-c", script }, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await error);
        return output;
    }
}

using System.Diagnostics;

namespace Gantry.Agent.Tests.Support;

/// <summary>The executable run to its end.</summary>
internal sealed class TestAgentProcess : IAsyncDisposable
{
    private TestAgentProcess(int exitCode, string output, string error) => (ExitCode, Output, Error) = (exitCode, output, error);

    public int ExitCode { get; }
    public string Output { get; }
    public string Error { get; }

    public static async Task<TestAgentProcess> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "gantry-agent"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return new TestAgentProcess(process.ExitCode, await output, await error);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

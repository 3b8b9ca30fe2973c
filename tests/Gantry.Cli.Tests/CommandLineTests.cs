using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

/// <summary>Help, usage errors, and each of dstack's forms.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly CommandRun command = new();

    public void Dispose() => command.Dispose();

    [Theory]
    [InlineData("apply")]
    [InlineData("ps")]
    [InlineData("logs")]
    [InlineData("stop")]
    [InlineData("delete")]
    [InlineData("run", "get")]
    [InlineData("event")]
    [InlineData("validate")]
    [InlineData("project")]
    [InlineData("server")]
    [InlineData("quarantine")]
    [InlineData("completion")]
    public async Task Help_OfEachCommand_HasUsageAndExamples(params string[] name)
    {
        var result = await command.RunAsync([.. name, "--help"]);

        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith($"Usage: gantry {string.Join(' ', name)} ", result.Output);
        Assert.Contains("Examples:", result.Output);
        Assert.DoesNotContain(result.Output.Split('\n'), line => line.Length > 140);
    }

    [Fact]
    public async Task Help_OfApplyForAType_IsTheHelpOfApply()
    {
        var plain = await command.RunAsync("apply", "-h");
        var ofTask = await command.RunAsync("apply", "-h", "task");

        Assert.Equal(plain, ofTask);
        Assert.Contains("--max-duration DURATION", ofTask.Output);
    }

    [Fact]
    public async Task Help_ListsOnlyWhatIsBuilt()
    {
        var result = await command.RunAsync("--help");

        Assert.Contains("  apply", result.Output);
        Assert.DoesNotContain("gateway", result.Output);
    }

    [Theory]
    [InlineData(ExitCodes.Usage, "ps", "--bad")]
    [InlineData(ExitCodes.Usage, "ps", "-n", "many")]
    [InlineData(ExitCodes.Usage, "ps", "--format", "xml")]
    [InlineData(ExitCodes.Usage, "logs")]
    [InlineData(ExitCodes.Usage, "logs", "hello", "--since", "yesterday")]
    [InlineData(ExitCodes.Usage, "run", "get", "hello")]
    [InlineData(ExitCodes.Usage, "run", "get", "--json")]
    [InlineData(ExitCodes.Usage, "fleet", "get", "--json")]
    [InlineData(ExitCodes.Usage, "fleet", "delete")]
    [InlineData(ExitCodes.Usage, "fleet", "-w", "--json")]
    [InlineData(ExitCodes.Usage, "completion", "powershell")]
    [InlineData(ExitCodes.Usage, "nonsense")]
    [InlineData(ExitCodes.Invalid, "apply", "--spot", "--on-demand")]
    public async Task WrongCommandLine_IsRefused(int expected, params string[] arguments)
    {
        var result = await command.RunAsync(arguments);

        Assert.Equal(expected, result.ExitCode);
        Assert.NotEqual("", result.Error);
        Assert.Equal("", result.Output);
    }

    [Fact]
    public async Task CommandOfDstack_NotBuiltYet_IsNamed()
    {
        var result = await command.RunAsync("gateway", "list");

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains("gantry gateway: dstack has this command, Gantry does not have it yet.", result.Error);
    }

    [Theory]
    [InlineData("-v")]
    [InlineData("--version")]
    public async Task Version_IsPrinted(string option)
    {
        var result = await command.RunAsync(option);

        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", result.Output);
    }

    [Fact]
    public async Task AnyCommand_NoAnswerFromTheConfiguredServer_Exits120()
    {
        command.UseServer("http://127.0.0.1:1");

        var result = await command.RunAsync("ps");

        Assert.Equal(ExitCodes.Unreachable, result.ExitCode);
        Assert.DoesNotContain("secret-token", result.Error);
    }

    [Fact]
    public async Task AnyCommand_UnknownProject_SaysWhichAreConfigured()
    {
        command.UseServer("http://127.0.0.1:1");

        var result = await command.RunAsync("ps", "--project", "other");

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.Contains("Configured: main", result.Error);
    }
}

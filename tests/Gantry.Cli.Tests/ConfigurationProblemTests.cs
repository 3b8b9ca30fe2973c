using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

/// <summary>What is wrong with a configuration is found without a server.</summary>
public sealed class ConfigurationProblemTests : IDisposable
{
    private readonly CommandRun command = new();

    public void Dispose() => command.Dispose();

    [Fact]
    public async Task Validate_ValidFiles_Exits0()
    {
        command.Write("a.dstack.yml", "type: task\ncommands: [echo hi]\n");

        var result = await command.RunAsync("validate", "a.dstack.yml");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("a.dstack.yml: valid (task)\n", result.Output);
    }

    [Fact]
    public async Task Validate_SeveralFiles_ReportsEachAndExits1()
    {
        command.Write("good.yml", "type: task\ncommands: [echo hi]\n");
        command.Write("bad.yml", "type: task\ncommands: [echo hi]\nresorces:\n  gpu: 1\n");

        var result = await command.RunAsync("validate", "good.yml", "bad.yml", "missing.yml");

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.Contains("good.yml: valid", result.Output);
        Assert.Contains("bad.yml:3:", result.Error);
        Assert.Contains("resources", result.Error);
        Assert.Contains("missing.yml: there is no such file", result.Error);
    }

    [Fact]
    public async Task Validate_StandardInput_IsRead()
    {
        var result = await command.RunWithInputAsync("type: task\ncommands: 3\n", "validate", "-");

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.StartsWith("stdin:2:", result.Error);
    }

    [Fact]
    public async Task Apply_InvalidFile_Exits121WithPosition()
    {
        command.Write(".dstack.yml", "type: task\ncommands: [echo hi]\nnodes: many\n");

        var result = await command.RunAsync("apply", "-y");

        Assert.Equal(ExitCodes.Invalid, result.ExitCode);
        Assert.Contains(".dstack.yml:3:", result.Error);
    }

    [Fact]
    public async Task Apply_NoFile_Exits121AndSaysWhatToDo()
    {
        var result = await command.RunAsync("apply", "-y");

        Assert.Equal(ExitCodes.Invalid, result.ExitCode);
        Assert.Contains("Name a file with -f", result.Error);
    }

    [Fact]
    public async Task Apply_EverythingWrong_IsReportedAtOnce()
    {
        command.Write(".dstack.yml", "type: task\nenv:\n  - HF_TOKEN\ncommands: [echo hi]\n");

        var result = await command.RunAsync("apply", "-y", "--name", "No Name", "--max-duration", "soon", "--", "left");

        Assert.Equal(ExitCodes.Invalid, result.ExitCode);
        Assert.Contains("--name", result.Error);
        Assert.Contains("--max-duration", result.Error);
        Assert.Contains("RUN_ARGS", result.Error);
        Assert.Contains("HF_TOKEN has no value", result.Error);
    }

    [Fact]
    public async Task Apply_UnknownProfile_Exits121()
    {
        command.Write(".dstack.yml", "type: task\ncommands: [echo hi]\n");
        command.Write(".dstack/profiles.yml", "profiles:\n  - name: cheap\n    max_price: 1\n");

        var result = await command.RunAsync("apply", "-y", "--profile", "fast");

        Assert.Equal(ExitCodes.Invalid, result.ExitCode);
        Assert.Contains("has no profile fast. It has: cheap", result.Error);
    }
}

namespace Gantry.Cli;

/// <summary>The command cannot go on. The message says what happened and what to do; it is printed as it is.</summary>
internal sealed class CliException(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;
}

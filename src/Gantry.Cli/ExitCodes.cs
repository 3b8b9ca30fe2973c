namespace Gantry.Cli;

/// <summary>How <c>gantry</c> ends. <c>apply</c> ends with its job's own exit status; what is Gantry's own lies from 120 to 125, where
/// programs rarely exit and below what a shell uses for signals. docs/cli.md lists the same.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>The answer is no: a file is not valid, a run does not exist, the server refused (<c>apply</c>: <see cref="Refused"/>).</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong (<c>apply</c>: <see cref="Invalid"/>).</summary>
    public const int Usage = 2;

    /// <summary>No server could be reached or started.</summary>
    public const int Unreachable = 120;

    /// <summary>The configuration, the profile or the command line of <c>apply</c> is not valid. Nothing was submitted.</summary>
    public const int Invalid = 121;

    /// <summary>The server refused to apply. Nothing was submitted.</summary>
    public const int Refused = 122;

    /// <summary>Someone said no, or there was nobody to ask; or the command let go of a run that goes on.</summary>
    public const int Declined = 123;

    /// <summary>The run was stopped or aborted.</summary>
    public const int Stopped = 124;

    /// <summary>The run failed without an exit status of its job (no capacity, lost, time exceeded), or Gantry itself did.</summary>
    public const int NoExitStatus = 125;

    /// <summary>Ctrl+C stopped it, as a shell reports a program that SIGINT ended.</summary>
    public const int Interrupted = 130;

    /// <summary>Nobody reads the output any more, as a shell reports a program that SIGPIPE ended.</summary>
    public const int BrokenPipe = 141;
}

using System.Globalization;

namespace Gantry.Engine.Runs;

/// <summary>The sentences that say why a job ended: what happened, what was not done, and what is not known.</summary>
internal static class Sentences
{
    public const string LostWhileStopping = "Its process was gone before the stop reached it, and left no exit record.";

    public const string FailedToStart = "Its host could not start it.";

    public const string LeaseEnded = "Its host was away for longer than its lease, at the end of which the job was ended there.";

    public const string DiskFull = "No room was left on the disk for its log.";

    /// <summary>The agent's own words first, where it has any.</summary>
    public static string Lost(string? error) => error is null
        ? "Its process is gone and left no exit record, so whether it finished is unknown. It was not started again."
        : $"{error} Whether the job finished is unknown; it was not started again.";

    public static string MaxDurationExceeded(TimeSpan limit) => $"It ran for longer than its max_duration of {Durations.Short(limit)}.";

    public static string InactivityDurationExceeded(TimeSpan limit) => $"Nobody was attached to it for its inactivity_duration of {Durations.Short(limit)}.";

    public static string NoCapacityInTime(TimeSpan patience) =>
        $"No host had room for it within the {Durations.Short(patience)} that its retry policy allows.";

    /// <summary>Null for an exit that its status says all about, and of which its agent knows no more.</summary>
    public static string? Exited(int? status, int? signal, string? error) =>
        error is null ? Exited(status, signal) : $"{Exited(status, signal)} {error}".TrimStart();

    private static string? Exited(int? status, int? signal)
    {
        if (status is null)
        {
            return "Its process ended with an unknown exit status.";
        }

        if (signal is { } direct)
        {
            return $"Its process was ended by {SignalName(direct)}.";
        }

        // A shell hands on the death of its last command this way, and some programs mimic it: "by convention" is all that is known.
        return status is > 128 and <= 128 + 64 ? $"By its exit status, its last command was ended by {SignalName(status.Value - 128)}." : null;
    }

    private static string SignalName(int signal) => signal switch
    {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL (often the kernel, for want of memory)",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        _ => "signal " + signal.ToString(CultureInfo.InvariantCulture),
    };
}

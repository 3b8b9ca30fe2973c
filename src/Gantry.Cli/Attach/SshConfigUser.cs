using System.Globalization;

namespace Gantry.Cli.Attach;

/// <summary>A process that needs a host of the SSH configuration, as the host's block names it in a comment.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Start">What tells it from a later one of that number; 0 where that is not known.</param>
internal sealed record SshConfigUser(int Pid, long Start)
{
    private const string Mark = "# attached by ";

    /// <summary>This process.</summary>
    public static SshConfigUser This { get; } = new(Environment.ProcessId, StartOf(Environment.ProcessId) ?? 0);

    /// <summary>The comment.</summary>
    public string Line => string.Create(CultureInfo.InvariantCulture, $"{Mark}{Pid} {Start}");

    /// <summary>Whether it runs.</summary>
    public bool IsThere => StartOf(Pid) is { } start && (Start == 0 || start == Start);

    /// <summary>Reads a comment; null for any other line.</summary>
    public static SshConfigUser? Read(string line) =>
        line.StartsWith(Mark, StringComparison.Ordinal) && line[Mark.Length..].Split(' ') is [var pid, var start]
        && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var began)
            ? new SshConfigUser(number, began) : null;

    // Field 22 of its line in /proc, in ticks since the boot; 0 where there is no /proc. Null when there is no such process.
    private static long? StartOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return Directory.Exists("/proc/self") ? null : System.Diagnostics.Process.GetProcesses().Any(process => process.Id == pid) ? 0 : null;
        }
    }
}

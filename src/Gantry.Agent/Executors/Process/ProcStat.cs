using System.Globalization;

namespace Gantry.Agent.Executors.Process;

/// <summary>A line of <c>/proc/PID/stat</c>.</summary>
/// <param name="Pid">Process.</param>
/// <param name="State"><c>R</c>, <c>S</c>, …; <c>Z</c> and <c>X</c> have ended.</param>
/// <param name="Group">Process group.</param>
/// <param name="Session">Session.</param>
/// <param name="CpuTicks">User and system time of it and of its children that it waited for, in clock ticks.</param>
/// <param name="StartTicks">When it started, in clock ticks since the boot.</param>
/// <param name="ResidentPages">Resident memory in pages.</param>
internal readonly record struct ProcStat(int Pid, char State, int Group, int Session, long CpuTicks, ulong StartTicks, long ResidentPages)
{
    /// <summary>Clock ticks a second: fixed at 100 in what the kernel shows to programs, on every architecture that .NET runs on.</summary>
    public const int TicksPerSecond = 100;

    /// <summary>Whether it has ended: nobody waits for a zombie here, and it will never write again.</summary>
    public bool HasEnded => State is 'Z' or 'X' or 'x';

    /// <summary>Reads a line; null when it is not one.</summary>
    public static ProcStat? Parse(ReadOnlySpan<char> line)
    {
        // The name in parentheses may hold anything, blanks and parentheses too: what counts is the last one.
        var open = line.IndexOf('(');
        var close = line.LastIndexOf(')');
        if (open < 1 || close < open || close + 2 >= line.Length)
            return null;
        if (!int.TryParse(line[..open].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            return null;
        Span<Range> fields = stackalloc Range[24];
        var rest = line[(close + 2)..];
        if (rest.Split(fields, ' ') < 23)
            return null;
        // rest[0] is field 3 of proc(5).
        return Number(rest[fields[2]], out var group) && Number(rest[fields[3]], out var session)
            && Number(rest[fields[11]], out var user) && Number(rest[fields[12]], out var system)
            && Number(rest[fields[13]], out var childUser) && Number(rest[fields[14]], out var childSystem)
            && Number(rest[fields[19]], out var start) && Number(rest[fields[21]], out var resident)
            ? new ProcStat(pid, rest[0], (int)group, (int)session, user + system + childUser + childSystem, (ulong)start, resident)
            : null;
    }

    /// <summary>Of a process; null when there is none.</summary>
    public static ProcStat? Of(int pid)
    {
        try
        {
            return Parse(File.ReadAllText($"/proc/{pid}/stat"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool Number(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}

using System.Buffers.Text;
using System.Text;
using Gantry.Agent.Native;

namespace Gantry.Agent.Executors.Process;

/// <summary>A line of <c>/proc/PID/stat</c>.</summary>
/// <param name="Pid">Process.</param>
/// <param name="State"><c>R</c>, <c>S</c>, …; <c>Z</c> and <c>X</c> have ended.</param>
/// <param name="Parent">Who started it, or whoever took it over.</param>
/// <param name="Group">Process group.</param>
/// <param name="Session">Session.</param>
/// <param name="CpuTicks">User and system time of it and of its children that it waited for, in clock ticks.</param>
/// <param name="StartTicks">When it started, in clock ticks since the boot.</param>
/// <param name="ResidentPages">Resident memory in pages.</param>
internal readonly record struct ProcStat(int Pid, char State, int Parent, int Group, int Session, long CpuTicks, ulong StartTicks, long ResidentPages)
{
    /// <summary>Clock ticks a second: fixed at 100 in what the kernel shows to programs, on every architecture that .NET runs on.</summary>
    public const int TicksPerSecond = 100;

    /// <summary>Whether it has ended: nobody waits for a zombie here, and it will never write again.</summary>
    public bool HasEnded => State is 'Z' or 'X' or 'x';

    /// <summary>Reads a line; null when it is not one.</summary>
    public static ProcStat? Parse(string line) => Parse(Encoding.UTF8.GetBytes(line));

    /// <summary>Reads a line; null when it is not one.</summary>
    public static ProcStat? Parse(ReadOnlySpan<byte> line)
    {
        // The name in parentheses may hold anything, blanks and parentheses too: what counts is the last one.
        var close = line.LastIndexOf((byte)')');
        if (close < 0 || close + 2 >= line.Length || !Utf8Parser.TryParse(line, out int pid, out _))
            return null;
        var rest = line[(close + 2)..];
        // numbers[i] is field i + 4 of proc(5): from the parent's pid to the resident memory.
        Span<long> numbers = stackalloc long[21];
        var at = 2;
        for (var i = 0; i < numbers.Length; i++)
        {
            if (at >= rest.Length || !TryNumber(rest[at..], out numbers[i], out var length))
                return null;
            at += length + 1;
        }
        return new ProcStat(
            pid, (char)rest[0], (int)numbers[0], (int)numbers[1], (int)numbers[2], numbers[10] + numbers[11] + numbers[12] + numbers[13], (ulong)numbers[18], numbers[20]);
    }

    /// <summary>Of a process; null when there is none.</summary>
    public static unsafe ProcStat? Of(int pid)
    {
        // Not through a FileStream: all processes of the host are read at the end of each job.
        var fd = Libc.open($"/proc/{pid}/stat", Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (fd < 0)
            return null;
        var buffer = stackalloc byte[1024];
        var length = Libc.read(fd, buffer, 1024);
        _ = Libc.close(fd);
        return length > 0 ? Parse(new ReadOnlySpan<byte>(buffer, (int)length)) : null;
    }

    // Some fields (the limit of resident memory, say) are larger than a signed number; none of those counts here.
    private static bool TryNumber(ReadOnlySpan<byte> text, out long value, out int length)
    {
        if (Utf8Parser.TryParse(text, out value, out length))
            return true;
        var fits = Utf8Parser.TryParse(text, out ulong large, out length);
        value = (long)large;
        return fits;
    }
}

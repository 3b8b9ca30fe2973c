using System.Runtime.InteropServices;

namespace Gantry.Agent.Native;

/// <summary>Time since the host's boot, the time asleep included: what a lease counts by. No setting of the wall clock changes it.</summary>
internal static partial class BootClock
{
    private const int ClockBoottime = 7;

    /// <summary>Now.</summary>
    public static TimeSpan Now => clock_gettime(ClockBoottime, out var time) == 0
        ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / 100)
        : throw Libc.Error("The clock since the boot can not be read");

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int clock_gettime(int clock, out Timespec time);
}

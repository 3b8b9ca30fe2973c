using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Gantry.Bench;

/// <summary>A process as /proc shows it.</summary>
internal static partial class LinuxProcess
{
    public const int Kill = 9, Terminate = 15;

    /// <summary>Resident memory, and its proportional share of what it shares with others, in MB (10^6).</summary>
    public static (double Rss, double Pss) Megabytes(int pid)
    {
        var lines = File.ReadAllLines($"/proc/{pid}/smaps_rollup");
        return (Field("Rss:"), Field("Pss:"));

        double Field(string name) =>
            long.Parse(lines.First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    /// <summary>CPU time of all its threads since its start; the kernel counts it in steps of 10 ms.</summary>
    public static TimeSpan Cpu(int pid)
    {
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].Split(' ');
        return TimeSpan.FromMilliseconds(10 * (long.Parse(fields[12], CultureInfo.InvariantCulture) + long.Parse(fields[13], CultureInfo.InvariantCulture)));
    }

    /// <summary>The process whose command line (arguments end with a zero each) ends so; null when there is none.</summary>
    public static int? Find(string commandLine)
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && CommandLine(pid).EndsWith(commandLine, StringComparison.Ordinal))
                return pid;
        }
        return null;
    }

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>Sends a signal and waits until the process is gone; nothing when it is already.</summary>
    public static async Task EndAsync(int pid, int signal)
    {
        if (SendSignal(pid, signal) != 0)
            return;
        var watch = Stopwatch.StartNew();
        while (IsAlive(pid))
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(30))
                throw new TimeoutException($"Process {pid} is still there 30 s after signal {signal}.");
            await Task.Delay(1);
        }
    }

    // A zombie has ended: only its parent has not looked yet.
    private static bool IsAlive(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1][1] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int pid, int signal);
}

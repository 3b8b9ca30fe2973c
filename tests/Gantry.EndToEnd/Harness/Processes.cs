using System.Runtime.InteropServices;
using System.Text;

namespace Gantry.EndToEnd.Harness;

/// <summary>Processes of this machine, as /proc shows them.</summary>
public static class Processes
{
    /// <summary>SIGINT, SIGKILL, SIGTERM, SIGCONT, SIGSTOP.</summary>
    public const int Interrupt = 2, Kill = 9, Terminate = 15, Continue = 18, Stop = 19;

    /// <summary>Whether the process lives. A zombie has ended: only its parent has not looked yet.</summary>
    public static bool IsAlive(int pid) => State(pid) is { } state && state is not ('Z' or 'X');

    /// <summary>Sends a signal; false when there is no such process.</summary>
    public static bool Signal(int pid, int signal) => pid > 1 ? SendSignal(pid, signal) == 0 : throw new ArgumentOutOfRangeException(nameof(pid));

    /// <summary>Kills (-9) and waits until the process is gone.</summary>
    public static async Task KillAsync(int pid)
    {
        Signal(pid, Kill);
        await Deadline.Until($"process {pid} gone after SIGKILL", () => !IsAlive(pid));
    }

    /// <summary>All processes that carry <paramref name="text"/> in their command line, environment or working directory.</summary>
    public static IReadOnlyList<int> Mentioning(string text)
    {
        var wanted = Encoding.UTF8.GetBytes(text);
        var found = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var pid) || pid == Environment.ProcessId || !IsAlive(pid))
                continue;
            if (Contains(directory + "/cmdline", wanted) || Contains(directory + "/environ", wanted) || WorksIn(directory, text))
                found.Add(pid);
        }
        return found;
    }

    /// <summary>Resident memory in bytes; 0 when it has ended.</summary>
    public static long ResidentBytes(int pid)
    {
        try
        {
            var pages = long.Parse(File.ReadAllText($"/proc/{pid}/statm").Split(' ')[1]);
            return pages * Environment.SystemPageSize;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Memory that is the process's own (not shared files), in bytes; 0 when it has ended.</summary>
    public static long PeakBytes(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static char? State(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool Contains(string file, byte[] wanted)
    {
        try
        {
            return File.ReadAllBytes(file).AsSpan().IndexOf(wanted) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool WorksIn(string directory, string path)
    {
        try
        {
            return File.ResolveLinkTarget(directory + "/cwd", returnFinalTarget: false)?.FullName.StartsWith(path, StringComparison.Ordinal) == true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int pid, int signal);
}

using System.Diagnostics;

namespace Gantry.Agent.Tests.Support;

/// <summary>Finds and ends the processes of one spool's jobs.</summary>
internal static class Leftovers
{
    /// <summary>Pids whose environment or command line names the spool or one of its jobs.</summary>
    public static IReadOnlyList<int> Of(string needle) =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, out _)).Select(n => int.Parse(n!))
            .Where(pid => pid != Environment.ProcessId && Mentions(pid, needle))];

    public static void KillJobsOf(string spool)
    {
        foreach (var pid in Of(spool + "/jobs"))
        {
            try
            {
                Process.GetProcessById(pid).Kill();
            }
            catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
            {
                // Gone already.
            }
        }
    }

    private static bool Mentions(int pid, string needle)
    {
        try
        {
            var state = File.ReadAllText($"/proc/{pid}/stat");
            return state[state.LastIndexOf(')') + 2] is not ('Z' or 'X')
                && (File.ReadAllText($"/proc/{pid}/cmdline").Contains(needle, StringComparison.Ordinal)
                    || File.ReadAllText($"/proc/{pid}/environ").Contains(needle, StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

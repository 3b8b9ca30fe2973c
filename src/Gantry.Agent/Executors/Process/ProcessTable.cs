using System.Globalization;
using System.Text;

namespace Gantry.Agent.Executors.Process;

/// <summary>Looks through <c>/proc</c> for the processes of jobs.</summary>
internal static class ProcessTable
{
    /// <summary>Name of the environment variable by which a job's processes are found after they left its session.</summary>
    public const string Marker = "GANTRY_JOB_ID";

    /// <summary>All processes that can be seen now.</summary>
    public static IReadOnlyList<ProcStat> All()
    {
        var all = new List<ProcStat>(256);
        foreach (var path in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(path.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && ProcStat.Of(pid) is { } stat)
                all.Add(stat);
        }
        return all;
    }

    /// <summary>The job whose marker is in a process's environment; null when there is none or it may not be read.</summary>
    public static Guid? MarkedJob(int pid, out bool isEmpty)
    {
        isEmpty = false;
        byte[] environment;
        try
        {
            environment = File.ReadAllBytes($"/proc/{pid}/environ");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        isEmpty = environment.Length == 0;
        var rest = environment.AsSpan();
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)0);
            var entry = end < 0 ? rest : rest[..end];
            if (entry.StartsWith("GANTRY_JOB_ID="u8))
                return Guid.TryParse(Encoding.UTF8.GetString(entry[14..]), out var job) ? job : null;
            rest = end < 0 ? [] : rest[(end + 1)..];
        }
        return null;
    }

    /// <summary>The wrapper of a job by its command line: for the moment in which it has begun and not yet written who it is.</summary>
    public static ProcStat? FindWrapper(string jobDirectory)
    {
        var needle = Encoding.UTF8.GetBytes("\0" + jobDirectory + "\0");
        foreach (var stat in All())
        {
            if (stat.HasEnded || stat.Session != stat.Pid)
                continue;
            try
            {
                if (File.ReadAllBytes($"/proc/{stat.Pid}/cmdline").AsSpan().IndexOf(needle) >= 0)
                    return stat;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                continue;
            }
        }
        return null;
    }
}

using Gantry.Agent.Executors.Process;
using Gantry.Agent.Native;
using Gantry.Agent.Spool;

namespace Gantry.Agent.Leases;

/// <summary>
/// Kills a job by the kernel's word alone: its session, whatever carries its mark, and all in its container's control group. It asks neither Docker,
/// which may hang or be gone while its containers run on, nor the agent.
/// </summary>
internal static class JobReaper
{
    /// <summary>Kills what lives of a job; false when there was nothing.</summary>
    public static bool Kill(JobSpool spool)
    {
        var found = ProcessExecutor.GroupOf(spool, witnessed: false)?.Signal(Libc.SIGKILL) == Executors.Leftovers.Some;
        var container = spool.ReadContainer();
        var snapshot = ProcessSnapshot.Take();
        foreach (var stat in snapshot.Living)
        {
            if (snapshot.MarkOf(stat) == spool.JobId || (container is not null && IsIn(container, stat.Pid)))
                found |= Libc.kill(stat.Pid, Libc.SIGKILL) == 0;
        }
        return found;
    }

    private static bool IsIn(string container, int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cgroup").Contains(container, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

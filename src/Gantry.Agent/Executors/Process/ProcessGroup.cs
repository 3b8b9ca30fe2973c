using Gantry.Agent.Native;

namespace Gantry.Agent.Executors.Process;

/// <summary>
/// All processes of one job: those of its session, and those that left it but carry its mark in their environment. The wrapper and
/// its cat are in another session and are never among them.
/// </summary>
/// <param name="JobId">The job.</param>
/// <param name="Session">Session of the job's main process, which is also its process group; 0 when it never started.</param>
/// <param name="Wrapper">Session of the wrapper.</param>
/// <param name="Since">Start of the wrapper in clock ticks: what is older is not the job's.</param>
internal sealed record ProcessGroup(Guid JobId, int Session, int Wrapper, ulong Since)
{
    /// <summary>Sends a signal to all of them.</summary>
    public Leftovers Signal(int signal)
    {
        // The group in one call first: a shell and its children get it together, as from a terminal.
        if (Session > 1)
            _ = Libc.kill(-Session, signal);
        var snapshot = ProcessSnapshot.Take();
        var found = Leftovers.None;
        foreach (var stat in snapshot.Living)
        {
            if (stat.StartTicks < Since || stat.Session == Wrapper)
                continue;
            if (stat.Session == Session || snapshot.MarkOf(stat) == JobId)
            {
                found = Leftovers.Some;
                if (stat.Group != Session || signal == Libc.SIGKILL)
                    _ = Libc.kill(stat.Pid, signal);
            }
            else if (found == Leftovers.None && snapshot.IsUnmarkable(stat))
                found = Leftovers.Unsure;
        }
        return found;
    }
}

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
    /// <summary>The job's processes that live now.</summary>
    public IReadOnlyList<ProcStat> Members()
    {
        var snapshot = ProcessSnapshot.Take();
        return [.. snapshot.Living.Where(stat => IsMember(snapshot, stat))];
    }

    /// <summary>Sends a signal to all of them; returns how many were there.</summary>
    public int Signal(int signal)
    {
        // The group in one call first: a shell and its children get it together, as from a terminal.
        if (Session > 1)
            _ = Libc.kill(-Session, signal);
        var members = Members();
        foreach (var member in members)
        {
            if (member.Group != Session || signal == Libc.SIGKILL)
                _ = Libc.kill(member.Pid, signal);
        }
        return members.Count;
    }

    /// <summary>Kills all of them, until none is left or none can be killed (a process in the kernel's uninterruptible sleep).</summary>
    public void Kill()
    {
        for (var round = 0; round < 20 && Signal(Libc.SIGKILL) > 0; round++)
        {
            // Once more: something may have forked between the look and the signal.
        }
    }

    private bool IsMember(ProcessSnapshot snapshot, ProcStat stat) =>
        stat.StartTicks >= Since && stat.Session != Wrapper && (stat.Session == Session || snapshot.MarkOf(stat) == JobId);
}

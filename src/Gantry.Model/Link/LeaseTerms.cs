namespace Gantry.Model.Link;

// Why a run that is retried elsewhere never runs twice.
//
// A job whose run's retry policy covers "interruption" is placed again when its host stays away. The server cannot stop what it cannot reach, so the
// job must be dead by then without anybody's word: its host holds a lease, and what runs under it is ended there when the lease is not renewed. A job
// without such a policy holds no lease, is never placed again while its host is away, and outlives any outage.
//
// One lease a host and server, renewed by one small message for all jobs, and by no write to the database:
//
//   agent                                       server
//   asks, with its own clock's time A ───────>
//                                  <─────────── notes its own clock's time G, then answers "A, for L"
//   A + L - grace   SIGTERM
//   A + L           SIGKILL
//                                               G + L + margin   nothing of them lives: they are placed elsewhere
//
// - Only durations count. The agent's clock counts since its host's boot, the time asleep included (CLOCK_BOOTTIME); the server's is monotonic and
//   stops while its machine sleeps. Both err to the safe side, and a wall clock that is wrong by an hour, or jumps, changes nothing.
// - The agent counts from when it asked, which was before the server answered: an answer that was minutes on its way extends nothing. No answer is
//   trusted beyond "now + L".
// - The margin covers clocks that drift apart, an agent that is late, and the time that a SIGKILL takes.
// - A lease that has run out stays so for the jobs that ran under it: that is written down before a new one is taken. No job starts without a lease.
// - The lease lies in the agent's spool with the boot's id, so that it survives the agent. A second process, the guard, reads it there and kills what
//   is due whether or not an agent lives (Agent/Leases/LeaseGuard); so neither's death lets a job live on, and whoever lives starts the other.
//   Killing needs no Docker: processes are found by the kernel's word alone.
// - The server keeps G in memory. One that was started anew takes it that its predecessor answered just then: a restart makes the wait longer, never shorter.
// - What the fence cannot hold: somebody who kills agent, guard and supervisor of a host that is cut off; a host that sleeps through its lease's end
//   stops its jobs in the second after it wakes up.

/// <summary>How long a lease is, and what follows from it. Agent and server reckon from the same length.</summary>
/// <param name="Length">From the agent's asking to the end of what runs under it.</param>
public readonly record struct LeaseTerms(TimeSpan Length)
{
    /// <summary>Unless the server is told otherwise.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromMinutes(10);

    /// <summary>Below this a busy host could not be told from one that is away.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5);

    /// <summary>Longer ones are no failover.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>Pause between two askings: ten a lease, so that single losses do not matter.</summary>
    public TimeSpan AskEvery => Min(Length / 10, TimeSpan.FromSeconds(30));

    /// <summary>Between SIGTERM and SIGKILL.</summary>
    public TimeSpan Grace => Min(Length / 10, TimeSpan.FromSeconds(60));

    /// <summary>After the asking: no job starts any more, and those that run are asked to end. From here on the lease is over for them, whatever comes.</summary>
    public TimeSpan StopAfter => Length - Grace;

    /// <summary>After the asking: what is left is killed.</summary>
    public TimeSpan KillAfter => Length;

    /// <summary>After the answer, by the server's clock: nothing lives any more. A five-hundredth is for clocks: disciplined ones differ by less than a thousandth.</summary>
    public TimeSpan OverAfter => Length + (Length / 500) + Max(TimeSpan.FromSeconds(5), Min(Length / 20, TimeSpan.FromSeconds(30)));

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}

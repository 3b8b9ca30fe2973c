using Gantry.Agent.Executors;
using Gantry.Agent.Spool;

namespace Gantry.Agent.Jobs;

/// <summary>What is left of a job whose main process is gone: its other processes are ended, and its last output is waited for, each for so long and no longer.</summary>
internal sealed class JobLeftovers(JobSpool spool, TimeProvider time)
{
    private long? _since;

    /// <summary>
    /// Of a job that is ending: mostly its cat sees the end of the output at once and the record is whole a moment later. If not, something that it left behind holds the output open, and
    /// goes too. Returns when to look again.
    /// </summary>
    public TimeSpan See(IExecutor executor, bool witnessed)
    {
        var waited = Waited();
        if (waited < JobPatience.Leftover)
            return JobPatience.Leftover - waited;
        executor.Kill(spool, witnessed);
        if (waited >= JobPatience.Output)
            executor.ReleaseOutput(spool);
        return waited < JobPatience.Output ? JobPatience.Output - waited : JobPatience.Output;
    }

    /// <summary>Ends what is left. Returns when to look again; null when nothing is left, or what is left does not go: then it is not waited for any longer.</summary>
    public TimeSpan? Kill(IExecutor executor, bool witnessed)
    {
        var left = executor.Kill(spool, witnessed);
        var patience = left == Leftovers.Some ? JobPatience.Output : JobPatience.Unsure;
        return left == Leftovers.None || Waited() > patience ? null : JobPatience.KillPause;
    }

    /// <summary>Of a job that left neither wrapper nor record: its last output may be on the way to the file. Returns when to look again; null when it is waited for no longer.</summary>
    public TimeSpan? AwaitOutput(IExecutor executor) => executor.HasOutputLeft(spool) && Waited() < JobPatience.Output ? JobPatience.Leftover : null;

    private TimeSpan Waited()
    {
        _since ??= time.GetTimestamp();
        return time.GetElapsedTime(_since.Value);
    }
}

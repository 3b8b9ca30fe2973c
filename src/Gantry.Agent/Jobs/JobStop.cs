using Gantry.Agent.Executors;
using Gantry.Agent.Spool;

namespace Gantry.Agent.Jobs;

/// <summary>The order to end one job, kept in its spool so that an agent that comes later goes on with it.</summary>
internal sealed class JobStop(JobSpool spool, AgentLog log)
{
    private StopRecord? _record;

    /// <summary>Whether the job is to end.</summary>
    public bool IsAsked => _record is not null;

    /// <summary>When what is left of it is killed; null for never.</summary>
    public DateTimeOffset? Deadline => _record?.Deadline;

    /// <summary>Takes over what an earlier agent kept.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is damaged.</exception>
    public void Read() => _record = SpoolFiles.Read(spool.StopPath, SpoolJson.Default.StopRecord);

    /// <summary>Asks for the end. Servers ask again on each connection: only an earlier deadline changes anything.</summary>
    /// <param name="graceSeconds">Seconds from now until what is left is killed; 0 at once, null never.</param>
    /// <param name="now">Now.</param>
    public void Ask(double? graceSeconds, DateTimeOffset now)
    {
        DateTimeOffset? deadline = graceSeconds is { } seconds ? now.AddSeconds(double.IsNaN(seconds) ? 0 : Math.Clamp(seconds, 0, 1e9)) : null;
        _record ??= new StopRecord { RequestedAt = now };
        if (deadline is not null && !(_record.Deadline <= deadline))
            _record = _record with { Deadline = deadline };
    }

    /// <summary>Goes on with it at a job that runs: SIGTERM once, SIGKILL when its time is over. Tells when to look again; null for never.</summary>
    public TimeSpan? GoOn(IExecutor executor, bool witnessed, DateTimeOffset now)
    {
        if (_record is null)
            return null;
        if (Deadline <= now)
        {
            log.Info($"job {spool.JobId} killed: the time for its stop is over");
            executor.Kill(spool, witnessed);
            return null;
        }
        if (!_record.Signalled)
        {
            executor.Terminate(spool, witnessed);
            _record = _record with { Signalled = true };
            Keep();
        }
        return Deadline - now;
    }

    /// <summary>Keeps it in the spool.</summary>
    public void Keep()
    {
        try
        {
            // Not flushed: after a loss of power there is no process left to stop.
            SpoolFiles.WriteWhole(spool.StopPath, _record!, SpoolJson.Default.StopRecord, flush: false);
        }
        catch (IOException exception)
        {
            // A full disk must not keep a job from being stopped. Only an agent that dies now forgets it, and the server says it again.
            log.Error($"job {spool.JobId}: the stop could not be kept: {exception.Message}");
        }
    }
}

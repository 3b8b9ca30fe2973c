using System.Collections.Concurrent;
using Gantry.Model.Link;
using Gantry.Model.States;
using Gantry.Server.Changes;
using Gantry.Server.Reconcilers;
using Gantry.Storage.Logs;

namespace Gantry.Server.Agents;

/// <summary>
/// Stores pieces of logs and wakes their followers. When there is no room, the job is ended with that reason, and what it
/// still says is dropped: an agent that could not send would never come to report the job's end.
/// </summary>
internal sealed partial class LogIntake(ILogStore logs, ChangeFeed feed, Ledger ledger, RunTransitions transitions, ILogger<LogIntake> logger)
{
    /// <summary>Jobs whose log cannot go on: no room, or a gap that nothing fills.</summary>
    private readonly ConcurrentDictionary<Guid, bool> broken = new();

    /// <summary>Stores a frame. Returns how far the log is stored, so that the agent may drop what lies before.</summary>
    public long Take(in LogFrame frame)
    {
        if (broken.ContainsKey(frame.JobId))
            return 0;
        try
        {
            var length = logs.Append(frame.JobId, frame.Offset, frame.ReadAt, frame.Data.Span);
            feed.LogGrew(frame.JobId);
            return length;
        }
        catch (LogStoreFullException e)
        {
            Break(frame.JobId, e.Message);
            return 0;
        }
        catch (LogGapException e)
        {
            // The server's logs are older than what the agent dropped: a restored backup. The job goes on; its log cannot.
            LogGap(logger, frame.JobId, e.Message);
            broken[frame.JobId] = true;
            return 0;
        }
    }

    /// <summary>How much of a log is stored.</summary>
    public long Length(Guid jobId) => logs.Length(jobId);

    /// <summary>Brings what is stored of a log to the disk.</summary>
    public void Flush(Guid jobId) => logs.Flush(jobId);

    public void Forget(Guid jobId) => broken.TryRemove(jobId, out _);

    private void Break(Guid jobId, string message)
    {
        if (!broken.TryAdd(jobId, true))
            return;
        LogFull(logger, jobId, message);
        _ = EndAsync(jobId, message);
    }

    private async Task EndAsync(Guid jobId, string message)
    {
        try
        {
            await ledger.CommitAsync((db, changes) =>
            {
                if (db.Jobs.Find(jobId) is { } job && db.Runs.Find(job.RunId) is { } run)
                    transitions.Fail(db, changes, run, job.Id, JobTerminationReason.DiskFull, message, ledger.Now);
            });
        }
        catch (Exception e)
        {
            // The database has no room either: the next piece of the log tries again.
            LogNotRecorded(logger, e, jobId);
            broken.TryRemove(jobId, out _);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The log of job {JobId} cannot be stored: {Why} The job is stopped.")]
    private static partial void LogFull(ILogger logger, Guid jobId, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log of job {JobId} has a gap and ends here: {Why} The job itself goes on.")]
    private static partial void LogGap(ILogger logger, Guid jobId, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "That the log of job {JobId} cannot be stored could not be recorded.")]
    private static partial void LogNotRecorded(ILogger logger, Exception exception, Guid jobId);
}

using Gantry.Agent.Executors;
using Gantry.Model.Link;

namespace Gantry.Agent.Jobs;

/// <summary>What is told of one job. Changed by its keeper alone, read by anyone.</summary>
internal sealed class JobReport(Guid jobId)
{
    public const string OrderMissing = "The job's order is missing in the agent's spool.";
    public const string Rebooted = "The host was started anew while the job ran, and that ended it.";
    public const string LeaseOver = "Its host's lease was not renewed in time, so that the job was ended.";
    public const string LeaseOverBeforeStart = "Its host's lease was not renewed in time: the job was not started.";
    public const string StoppedBeforeStart = "The job was stopped before it started.";

    // Linux has 64 signals.
    private const int FirstBySignal = 129, LastBySignal = 192;

    private volatile ObservedJob _job = new()
    {
        JobId = jobId,
        ServerId = Guid.Empty,
        ProjectName = "",
        RunName = "",
        JobName = "",
        State = ObservedState.Accepted,
    };

    /// <summary>The job as it is now, without the length of its log.</summary>
    public ObservedJob Now => _job;

    /// <summary>Whose job it is and what it is called.</summary>
    public void Name(JobOrder order) => _job = _job with
    {
        ServerId = order.ServerId,
        ProjectName = order.ProjectName,
        RunName = order.RunName,
        JobName = order.JobName,
    };

    /// <summary>Something is wrong with it, whatever it does.</summary>
    public void Trouble(string sentence) => _job = _job with { Error = sentence };

    /// <summary>Its image is on the way, so far; false when that was known.</summary>
    public bool Pull(ImagePullProgress? progress)
    {
        if (_job.State == ObservedState.Pulling && _job.ImagePull == progress)
            return false;
        _job = _job with { State = ObservedState.Pulling, ImagePull = progress };
        return true;
    }

    /// <summary>It runs; false when that was known.</summary>
    public bool Run(Execution execution)
    {
        if (_job.State == ObservedState.Running && _job.Pid == execution.Pid)
            return false;
        _job = _job with { State = ObservedState.Running, Pid = execution.Pid, StartedAt = execution.StartedAt, ImagePull = null };
        return true;
    }

    /// <summary>It ended.</summary>
    public void End(ObservedState state, string? error, DateTimeOffset at, int? exitStatus) => _job = _job with
    {
        State = state,
        ImagePull = null,
        Error = error ?? _job.Error,
        FinishedAt = at,
        ExitStatus = exitStatus,
        Signal = exitStatus is >= FirstBySignal and <= LastBySignal ? exitStatus - FirstBySignal + 1 : null,
    };
}

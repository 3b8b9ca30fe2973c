namespace Gantry.Agent.Jobs;

/// <summary>Cancels what goes into a job some time after the job has ended: until then what ends with the job by itself may say how.</summary>
internal sealed class EndOfJob : IJobListener, IDisposable
{
    private readonly JobTable _jobs;
    private readonly Guid _jobId;
    private readonly TimeSpan _patience;
    private readonly CancellationTokenSource _ended;

    /// <summary>Waits for it.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="patience">How long after it.</param>
    /// <param name="others">Cancels at once.</param>
    public EndOfJob(JobTable jobs, Guid jobId, TimeSpan patience, CancellationToken others)
    {
        (_jobs, _jobId, _patience) = (jobs, jobId, patience);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(others);
        jobs.Add(this);
        if (jobs.Find(jobId) is not { HasEnded: false })
            Begin();
    }

    /// <summary>Cancelled when it is over.</summary>
    public CancellationToken Token => _ended.Token;

    /// <inheritdoc/>
    public void JobChanged(JobKeeper job)
    {
        if (job.JobId == _jobId && job.HasEnded)
            Begin();
    }

    /// <inheritdoc/>
    public void LogGrew(JobKeeper job)
    {
        // Its end is what counts.
    }

    private void Begin()
    {
        try
        {
            _ended.CancelAfter(_patience);
        }
        catch (ObjectDisposedException)
        {
            // Heard of while it was given up.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _jobs.Remove(this);
        _ended.Dispose();
    }
}

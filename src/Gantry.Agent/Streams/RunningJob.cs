using System.Text.Json;
using Gantry.Agent.Executors;
using Gantry.Agent.Executors.Docker;
using Gantry.Agent.Spool;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;

namespace Gantry.Agent.Streams;

/// <summary>A job that runs now, and may be entered.</summary>
/// <param name="Spool">Its spool.</param>
/// <param name="Order">Its order.</param>
/// <param name="Pid">Its main process, where it is one of this host.</param>
/// <param name="Container">Name of its container; null for a process.</param>
internal sealed record RunningJob(JobSpool Spool, JobOrder Order, int? Pid, string? Container)
{
    /// <summary>The job that a stream is for.</summary>
    /// <exception cref="StreamBrokenException">It does not run.</exception>
    public static RunningJob Find(AgentSpool spool, ExecutorSet executors, OpenStream order)
    {
        if (order.JobId is not { } jobId)
            throw new StreamBrokenException($"A stream of kind '{order.Kind}' needs a job.");
        var job = spool.Job(jobId);
        try
        {
            if (job.ReadOrder() is { } known && executors.Find(known) is { } executor && job.IsClaimed
                && executor.Observe(job, 0) is { Phase: ExecutionPhase.Running } now)
            {
                return new RunningJob(job, known, now.Pid, known.Container is null ? null : ContainerRequest.NameOf(jobId));
            }
        }
        catch (JsonException)
        {
            // Then nobody can tell what it is.
        }
        throw new StreamBrokenException("The job does not run on its host now: it has not started yet, or has ended.");
    }
}

using System.Collections.Concurrent;
using Gantry.Model.Api;
using Gantry.Model.Link;

namespace Gantry.Server.Agents;

/// <summary>
/// Jobs that agents hold and that the database doesn't know: the trace of a restored backup, or of another server. They are
/// shown and left alone until someone decides.
/// </summary>
internal sealed class Quarantine
{
    private readonly ConcurrentDictionary<Guid, (Guid InstanceId, string Instance, ObservedJob Job)> jobs = new();
    private readonly ConcurrentDictionary<Guid, bool> decided = new();

    /// <summary>Takes an agent's word on a job that is not known here.</summary>
    public void Put(Guid instanceId, string instance, ObservedJob job) => jobs[job.JobId] = (instanceId, instance, job);

    public void Remove(Guid jobId)
    {
        jobs.TryRemove(jobId, out _);
        decided.TryRemove(jobId, out _);
    }

    /// <summary>Someone said that this job is to end: once it did, nothing of it is kept.</summary>
    public void Decide(Guid jobId) => decided[jobId] = true;

    public bool IsDecided(Guid jobId) => decided.ContainsKey(jobId);

    /// <summary>Before a host's full set is taken in: what it no longer reports is gone.</summary>
    public void Clear(Guid instanceId)
    {
        foreach (var (id, entry) in jobs)
        {
            if (entry.InstanceId == instanceId)
                jobs.TryRemove(id, out _);
        }
    }

    public (Guid InstanceId, ObservedJob Job)? Find(Guid jobId) => jobs.TryGetValue(jobId, out var entry) ? (entry.InstanceId, entry.Job) : null;

    public IReadOnlyList<QuarantinedJob> List() =>
        [.. jobs.Values.OrderBy(entry => entry.Job.StartedAt).ThenBy(entry => entry.Job.JobId).Select(entry => new QuarantinedJob(
            entry.Job.JobId, entry.Job.ServerId, entry.Instance, entry.Job.ProjectName, entry.Job.RunName, entry.Job.JobName,
            Model.States.StateNames.WireName(entry.Job.State), entry.Job.StartedAt, entry.Job.Pid))];
}

using System.Collections.Concurrent;
using System.Text.Json;
using Gantry.Agent.Gpus;
using Gantry.Agent.Spool;
using Gantry.Model.Link;

namespace Gantry.Agent.Metrics;

/// <summary>Adds to jobs' samples what is used of their devices. The tools are asked only while a job has devices.</summary>
internal sealed class GpuSampler(GpuWatch gpus, AgentSpool spool)
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(10);

    private const int MostKept = 4096;

    private readonly ConcurrentDictionary<Guid, IReadOnlyList<GpuDevice>> _devices = new();

    /// <summary>The samples with their devices.</summary>
    public IReadOnlyList<JobSample> Add(IReadOnlyList<JobSample> samples)
    {
        // Jobs that are no more: what is still wanted is read again.
        if (_devices.Count > MostKept)
            _devices.Clear();
        if (samples.All(sample => Devices(sample.JobId).Count == 0))
            return samples;
        var readings = gpus.Latest(Age).ToDictionary(reading => reading.Device.Id, StringComparer.Ordinal);
        return [.. samples.Select(sample => sample with
        {
            Gpus = [.. Devices(sample.JobId).Select(gpu => readings.TryGetValue(gpu.Id, out var reading) ? new GpuSample(reading.UtilPercent, reading.MemoryUsedMib) : new GpuSample(null, null))],
        })];
    }

    private IReadOnlyList<GpuDevice> Devices(Guid jobId) => _devices.GetOrAdd(jobId, ReadDevices);

    private IReadOnlyList<GpuDevice> ReadDevices(Guid jobId)
    {
        try
        {
            return spool.Job(jobId).ReadOrder()?.Gpus ?? [];
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return [];
        }
    }
}

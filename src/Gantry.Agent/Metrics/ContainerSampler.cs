using Gantry.Agent.Executors.Docker;
using Gantry.Model.Link;

namespace Gantry.Agent.Metrics;

/// <summary>Measures what containers use, by Docker's word.</summary>
internal static class ContainerSampler
{
    private const long NanosPerMicro = 1000;

    // The idle part of the page cache, by the first and the second version of control groups: given back when somebody else needs it.
    private static readonly string[] IdleFiles = ["total_inactive_file", "inactive_file"];

    /// <summary>A sample of each container that runs.</summary>
    public static async Task<IReadOnlyList<JobSample>> SampleAsync(DockerExecutor executor, CancellationToken cancellation)
    {
        if (executor.Docker is not { } docker)
            return [];
        var samples = await Task.WhenAll(executor.Running.Select(job => SampleAsync(docker, job, cancellation)));
        return [.. samples.OfType<JobSample>()];
    }

    private static async Task<JobSample?> SampleAsync(DockerFloor docker, Guid job, CancellationToken cancellation)
    {
        try
        {
            var stats = await docker.Containers.StatsAsync(ContainerRequest.NameOf(job), cancellation);
            // A container that is just ending has an empty sample.
            return stats is { Cpu.Usage.Total: > 0 and var nanos, Memory: { Usage: > 0 } memory } ? new JobSample(job, nanos / NanosPerMicro, memory.Usage - Idle(memory)) : null;
        }
        catch (Exception exception) when (exception is DockerException or DockerGoneException)
        {
            return null;
        }
    }

    private static long Idle(DockerMemoryStats memory)
    {
        foreach (var name in IdleFiles)
        {
            if (memory.Details?.TryGetValue(name, out var bytes) == true && bytes < memory.Usage)
                return bytes;
        }
        return 0;
    }
}

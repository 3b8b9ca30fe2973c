using Gantry.Model.Link;
using Gantry.Model.States;

namespace Gantry.Engine.Fleets;

/// <summary>How well a host is, by what its agent found there. Each complaint is a sentence with how bad it is; none means healthy.</summary>
/// <param name="Status">The worst of them.</param>
/// <param name="Complaints">What is wrong.</param>
public sealed record HostHealth(HealthStatus Status, IReadOnlyList<(HealthStatus Status, string Message)> Complaints)
{
    /// <summary>The health of a host.</summary>
    /// <param name="facts">What its agent found.</param>
    /// <param name="needsDocker">Whether jobs of its fleet run in containers.</param>
    public static HostHealth Of(HostFacts facts, bool needsDocker)
    {
        List<(HealthStatus Status, string Message)> complaints = [];
        foreach (var gpu in facts.Gpus)
        {
            if (gpu.Problem is { } problem)
                complaints.Add((HealthStatus.Failure, $"{Name(gpu)} is given to no job: {problem}."));
            if (gpu.Warning is { } warning)
                complaints.Add((HealthStatus.Warning, $"{Name(gpu)} is used, but {warning}."));
        }

        if (facts.GpuProblem is { } gpus)
            complaints.Add((HealthStatus.Failure, $"There may be more GPUs than are found: {gpus}."));
        if (needsDocker && facts is { DockerVersion: null, DockerProblem: { } docker })
            complaints.Add((HealthStatus.Failure, $"It can run no containers: {docker}."));
        if (facts.DiskProblem is { } disk)
            complaints.Add((HealthStatus.Failure, $"{char.ToUpperInvariant(disk[0])}{disk[1..]}."));
        return new HostHealth(complaints.Count == 0 ? HealthStatus.Healthy : complaints.Max(complaint => complaint.Status), complaints);
    }

    private static string Name(GpuDevice gpu) => $"The {gpu.Vendor} GPU {gpu.Index} ({gpu.Name})";
}

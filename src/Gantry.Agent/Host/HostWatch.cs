using Gantry.Agent.Executors.Docker;
using Gantry.Agent.Gpus;
using Gantry.Model.Link;

namespace Gantry.Agent.Host;

/// <summary>What this host has: most of it once and for all, and whether its Docker and its GPUs are there now, and its disks have room.</summary>
internal sealed class HostWatch(string spoolDirectory, DockerProbe docker, GpuWatch gpus)
{
    private readonly Lazy<HostFacts> _fixed = new(() => HostProbe.Look(spoolDirectory));

    /// <summary>What it has now.</summary>
    public async Task<HostFacts> LookAsync(CancellationToken cancellation)
    {
        var devices = gpus.FactsAsync(cancellation);
        var (version, problem) = await docker.LookAsync(cancellation);
        var found = await devices;
        var disk = version is null ? null : await docker.DiskAsync(cancellation);
        return _fixed.Value with { DockerVersion = version, DockerProblem = problem, DiskProblem = DiskRoom.Problem(spoolDirectory, disk), Gpus = found.Devices, GpuProblem = found.Problem };
    }
}

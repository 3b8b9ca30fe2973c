using Gantry.Agent.Executors.Docker;
using Gantry.Model.Link;

namespace Gantry.Agent.Host;

/// <summary>What this host has: most of it once and for all, and whether its Docker is there now.</summary>
internal sealed class HostWatch(string spoolDirectory, DockerProbe docker)
{
    private readonly Lazy<HostFacts> _fixed = new(() => HostProbe.Look(spoolDirectory));

    /// <summary>What it has now.</summary>
    public async Task<HostFacts> LookAsync(CancellationToken cancellation)
    {
        var (version, problem) = await docker.LookAsync(cancellation);
        return _fixed.Value with { DockerVersion = version, DockerProblem = problem };
    }
}

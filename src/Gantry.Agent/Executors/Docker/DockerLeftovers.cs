using Gantry.Agent.Spool;

namespace Gantry.Agent.Executors.Docker;

/// <summary>
/// Removes containers of this agent that nobody needs any more: those that it could not remove while Docker was away. What runs is left
/// running, whoever wants it: absence never kills.
/// </summary>
internal static class DockerLeftovers
{
    /// <summary>Removes every ended container with this agent's label whose job is not needed.</summary>
    /// <param name="docker">Docker.</param>
    /// <param name="isNeeded">Whether a job's container is still needed; asked after Docker was.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task SweepAsync(DockerFloor docker, Func<Guid, bool> isNeeded, CancellationToken cancellation)
    {
        foreach (var container in await docker.Containers.ListAsync(ContainerRequest.AgentLabel, docker.AgentId.ToString(), cancellation))
        {
            if (!Guid.TryParse(container.Labels?.GetValueOrDefault(ContainerRequest.JobLabel), out var job) || isNeeded(job))
                continue;
            if (container.State is "running" or "paused" or "restarting")
                docker.Log.Error($"container {container.Id} runs, and its job {job} is not in the spool: it is left running (docker stop {container.Id[..12]} ends it)");
            else if (await docker.Containers.RemoveAsync(container.Id, force: false, cancellation))
                docker.Log.Info($"removed what was left of job {job}: container {container.Id[..12]}");
        }
    }

    /// <summary>
    /// Removes every container of a spool's agent, whatever it does: its host is given back. Those of others stay. Returns the command's exit status;
    /// a Docker that does not answer is said and left alone.
    /// </summary>
    public static async Task<int> RemoveAllAsync(string spool, CancellationToken cancellation)
    {
        if (AgentSpool.ReadIdentity(spool) is not { } agent || DockerAddress.Find().SocketPath is not { } socket || !File.Exists(socket))
            return 0;
        using var api = new DockerApi(socket);
        var containers = new DockerContainers(api);
        try
        {
            await api.VersionAsync(cancellation);
            foreach (var container in await containers.ListAsync(ContainerRequest.AgentLabel, agent.AgentId.ToString(), cancellation))
                await containers.RemoveAsync(container.Id, force: true, cancellation);
            return 0;
        }
        catch (Exception exception) when (exception is DockerException or DockerGoneException)
        {
            await Console.Error.WriteLineAsync($"The containers with the label {ContainerRequest.AgentLabel}={agent.AgentId} are left: {exception.Message}");
            return 1;
        }
    }

    /// <summary>Removes the container of a job that has ended and is forgotten. If Docker is away, the next sweep does it.</summary>
    public static async Task RemoveAsync(DockerFloor docker, Guid jobId)
    {
        try
        {
            // Refused while another removal is under way, also one whose asker has hung up with its runner: Docker goes on with that.
            var name = ContainerRequest.NameOf(jobId);
            if (await docker.Containers.RemoveAsync(name, force: true, CancellationToken.None))
                return;
            await docker.Containers.UntilRemovedAsync(name, CancellationToken.None);
            if (!await docker.Containers.RemoveAsync(name, force: true, CancellationToken.None))
                docker.Log.Info($"job {jobId}: its container is not removed yet: another removal is under way");
        }
        catch (Exception exception) when (exception is DockerException or DockerGoneException)
        {
            docker.Log.Info($"job {jobId}: its container is not removed yet: {exception.Message}");
        }
    }
}

using System.Net.Sockets;

namespace Gantry.Agent.Executors.Docker;

/// <summary>Finds out whether this host's Docker can be used.</summary>
internal sealed class DockerProbe(DockerAddress address, DockerFloor? docker)
{
    private static readonly Version Least = new(1, 41);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The directory whose disk it uses, after a look at that disk; null when it does not say.</summary>
    public async Task<string?> DiskAsync(CancellationToken cancellation)
    {
        if (docker is null)
            return null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            await docker.Disk.LookAsync(limit.Token);
        }
        catch (Exception exception) when (exception is DockerGoneException or DockerException || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // Whether it is there at all is told by others.
        }
        return docker.Disk.Directory;
    }

    /// <summary>Its version; or null and why not, as the rest of a sentence.</summary>
    public async Task<(string? Version, string? Problem)> LookAsync(CancellationToken cancellation)
    {
        if (docker is null)
            return (null, address.Problem);
        if (!File.Exists(address.SocketPath))
            return (null, $"no Docker listens at {address.SocketPath} (DOCKER_HOST says where it is, if elsewhere)");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            var found = await docker.Api.VersionAsync(limit.Token);
            return Version.TryParse(found.ApiVersion, out var version) && version < Least
                ? (null, $"Docker is too old: it is version {found.Version}, and 20.10 is needed")
                : (found.Version ?? "unknown", null);
        }
        catch (DockerGoneException exception) when (exception.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            return (null, $"the agent's user {Environment.UserName} may not use Docker (its group is usually docker)");
        }
        catch (Exception exception) when (exception is DockerGoneException or DockerException)
        {
            return (null, exception.Message.TrimEnd('.'));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, $"Docker does not answer at {address.SocketPath}");
        }
    }
}

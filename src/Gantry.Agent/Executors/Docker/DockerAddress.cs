namespace Gantry.Agent.Executors.Docker;

/// <summary>Where Docker's daemon listens, found as Docker's own client finds it: what <c>DOCKER_HOST</c> says, else the usual socket.</summary>
/// <param name="SocketPath">The daemon's Unix socket; null when it is not reached by one.</param>
/// <param name="Problem">Why it can not be used, as the rest of a sentence; null when it can.</param>
internal sealed record DockerAddress(string? SocketPath, string? Problem)
{
    private const string Usual = "/var/run/docker.sock";
    private const string UnixScheme = "unix://";

    /// <summary>The address by the agent's own environment.</summary>
    public static DockerAddress Find() => Of(Environment.GetEnvironmentVariable("DOCKER_HOST"));

    /// <summary>The address by a value of <c>DOCKER_HOST</c>.</summary>
    public static DockerAddress Of(string? dockerHost)
    {
        if (string.IsNullOrWhiteSpace(dockerHost))
            return new(Usual, null);
        if (dockerHost.StartsWith(UnixScheme + "/", StringComparison.Ordinal))
            return new(dockerHost[UnixScheme.Length..], null);
        // A daemon elsewhere would mount its own directories, publish its own ports and outlive this host.
        return new(null, $"DOCKER_HOST is {dockerHost}, and only a daemon of this host is used: a Unix socket (unix:///path)");
    }
}

namespace Gantry.Server.Fleets;

/// <summary>What is run on hosts, as command lines for their shells.</summary>
internal static class HostScripts
{
    /// <summary>Everything that Gantry has on a host lies here, volumes apart.</summary>
    public const string Directory = "/var/lib/gantry";

    /// <summary>Its volumes lie here, apart: what is removed with the agent can never be data.</summary>
    public const string VolumesDirectory = "/var/lib/gantry-volumes";

    /// <summary>Exit status of the installation and of the relay: somebody stopped the agent on the host by hand.</summary>
    public const int AgentStopped = 6;

    public static string Check(string? processUser) => $"/bin/sh -c {Quote(Read("check.sh"))} gantry-check {Directory} {Quote(processUser ?? "")}";

    public static string Install(string user, string serverId, Guid instanceId, string name, string build, long bytes) =>
        // sudo would forget where the login's Docker is.
        AsRoot(user, $"env DOCKER_HOST=\"$DOCKER_HOST\" /bin/sh -c {Quote(Read("install.sh"))} gantry-install {Directory} {serverId} {instanceId:D} {Quote(name)} {Quote(build)} {bytes}");

    public static string Uninstall(string user, string serverId) => AsRoot(user, $"/bin/sh -c {Quote(Read("uninstall.sh"))} gantry-uninstall {Directory} {serverId}");

    public static string Relay(string user, string serverId) => AsRoot(user, $"{Directory}/gantry-agent relay --dir {Directory} --server {serverId}");

    private static string AsRoot(string user, string command) => user == "root" ? command : "sudo -n " + command;

    private static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static string Read(string name)
    {
        using var stream = typeof(HostScripts).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The script {name} is not in the server.");
        return new StreamReader(stream).ReadToEnd();
    }
}

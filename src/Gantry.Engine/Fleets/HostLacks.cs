using System.Net;

namespace Gantry.Engine.Fleets;

/// <summary>What a fleet asks of each of its hosts.</summary>
public sealed record HostNeeds
{
    /// <summary>The server that asks.</summary>
    public required string ServerId { get; init; }
    /// <summary>The instance that the host is to be.</summary>
    public required string InstanceId { get; init; }
    /// <summary>The platforms that the server has an agent for.</summary>
    public required IReadOnlyCollection<string> Platforms { get; init; }
    /// <summary>The account that jobs without an image run as; null where they run in containers.</summary>
    public string? ProcessUser { get; init; }
    /// <summary>The network that the hosts share.</summary>
    public string? Network { get; init; }
    /// <summary>What this server knows an instance of its own by, null when it knows it no more.</summary>
    public required Func<string, string?> OwnInstance { get; init; }
}

/// <summary>What keeps a host from being of a fleet, as a pure function: every lack at once, each with what to do about it.</summary>
public static class HostLacks
{
    /// <summary>Room that the agent and its jobs' logs need at least.</summary>
    public const long LeastFreeBytes = 512L << 20;

    /// <summary>The lacks, each a sentence; empty when the host can be used.</summary>
    public static IReadOnlyList<string> Of(HostReport host, HostNeeds needs) => [.. Lacks(host, needs)];

    /// <summary>The address by which the other hosts reach it, of the network that was named.</summary>
    public static string? InternalAddress(HostReport host, string? network) => network is null
        ? host.Address
        : host.Addresses.FirstOrDefault(address => IPAddress.TryParse(address, out var ip) && IPNetwork.TryParse(network, out var range) && range.Contains(ip));

    private static IEnumerable<string> Lacks(HostReport host, HostNeeds needs)
    {
        if (Claim(host, needs) is { } claim)
            yield return claim;
        if (host.Platform is not { } platform)
            yield return $"It runs {host.System} on {host.Machine}. Hosts run Linux on x86-64 or arm64.";
        else if (!needs.Platforms.Contains(platform))
            yield return $"The server has no agent for {platform}, only for {string.Join(", ", needs.Platforms.Order(StringComparer.Ordinal))}. Put one into the folder that GANTRY_AGENTS names.";
        if (host.Root == RootAccess.NoSudo)
            yield return $"The user {host.User} is not root, and there is no sudo. Install sudo and allow it without a password, or log in as root.";
        else if (host.Root is RootAccess.SudoRefuses or RootAccess.Unknown)
            yield return $"The user {host.User} cannot use sudo without a password. Allow it: echo '{host.User} ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/gantry";
        foreach (var program in host.MissingPrograms)
            yield return $"The program {program} is not there. Install it.";
        foreach (var lack in Containers(host, needs))
            yield return lack;
        if (host.FreeBytes < LeastFreeBytes)
            yield return $"Only {host.FreeBytes >> 20} MiB are free in /var/lib; the agent and the logs of jobs need {LeastFreeBytes >> 20} MiB.";
        if (needs.ProcessUser is { } user && host.HasProcessUser == false)
            yield return $"There is no user {user}, whom the fleet's process_user names. Make it: useradd --create-home {user}";
        if (needs.Network is { } network && InternalAddress(host, network) is null)
            yield return $"None of its addresses ({string.Join(", ", host.Addresses)}) is of the network {network}. Correct ssh_config.network, or give the host an internal_ip.";
    }

    private static string? Claim(HostReport host, HostNeeds needs)
    {
        if (host.Owner is not { } owner)
            return null;
        if (owner != needs.ServerId)
            return $"It belongs to the Gantry server {owner}, as {host.OwnerName ?? "a host of a fleet"}. Remove it from that fleet first; when that server is gone for good, remove /var/lib/gantry on the host.";
        return host.OwnerInstance is { } other && other != needs.InstanceId && needs.OwnInstance(other) is { } name
            ? $"It is the instance {name} of this server already: a host can be in one fleet only, once. Remove it there first."
            : null;
    }

    private static IEnumerable<string> Containers(HostReport host, HostNeeds needs)
    {
        if (needs.ProcessUser is not null)
            yield break;
        if (host.DockerVersion is null)
        {
            yield return host.DockerProblem is { } problem
                ? $"Its Docker does not answer: {problem}. Start it, or name a process_user in the fleet to run jobs without containers."
                : "There is no Docker. Install it (https://docs.docker.com/engine/install), or name a process_user in the fleet to run jobs without containers.";
        }
        if (host.HasNvidia && !host.HasNvidiaTools)
            yield return "It has an NVIDIA GPU and no nvidia-smi. Install NVIDIA's driver.";
        if (host.HasNvidia && !host.HasNvidiaRuntime)
            yield return "It has an NVIDIA GPU, and containers cannot use it. Install the NVIDIA Container Toolkit.";
    }
}

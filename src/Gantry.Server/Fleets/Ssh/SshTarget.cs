namespace Gantry.Server.Fleets.Ssh;

/// <summary>A host and how to log in to it. Its text shows no key.</summary>
internal sealed record SshTarget
{
    /// <summary>The instance: what the host's key is pinned under, whatever address it has.</summary>
    public required Guid InstanceId { get; init; }

    /// <summary>The host.</summary>
    public required SshLogin Host { get; init; }

    /// <summary>The head node before it.</summary>
    public SshLogin? Jump { get; init; }

    /// <summary>The public keys that were pinned, as OpenSSH's known_hosts; null before the first contact.</summary>
    public string? HostKeys { get; init; }

    public override string ToString() => Jump is null ? Host.ToString() : $"{Host} behind {Jump}";
}

/// <summary>One login.</summary>
internal sealed record SshLogin(string Address, int Port, string User, string Key)
{
    public override string ToString() => Port == 22 ? $"{User}@{Address}" : Address.Contains(':', StringComparison.Ordinal) ? $"{User}@[{Address}]:{Port}" : $"{User}@{Address}:{Port}";
}

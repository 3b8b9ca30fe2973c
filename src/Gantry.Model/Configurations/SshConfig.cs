namespace Gantry.Model.Configurations;

/// <summary>The hosts of a fleet and how they are reached. What a host says itself wins.</summary>
public sealed record SshConfig
{
    /// <summary>The user to log in as.</summary>
    public string? User { get; init; }
    /// <summary>The port; null is 22.</summary>
    public int? Port { get; init; }
    /// <summary>Path of the private key, on the machine of whoever applies.</summary>
    public string? IdentityFile { get; init; }
    /// <summary>The key itself, as a client sends it. A server never says it again.</summary>
    public SshKey? SshKey { get; init; }
    /// <summary>A head node that the hosts are behind.</summary>
    public SshProxy? ProxyJump { get; init; }
    /// <summary>The hosts, at least one.</summary>
    public IReadOnlyList<SshHost> Hosts { get; init; } = [];
    /// <summary>The network that the hosts share, as <c>10.0.0.0/24</c>: their internal addresses are taken from it.</summary>
    public string? Network { get; init; }
}

/// <summary>A host of a fleet.</summary>
public sealed record SshHost
{
    /// <summary>Name or address.</summary>
    public required string Hostname { get; init; }
    /// <summary>The port; null is the fleet's.</summary>
    public int? Port { get; init; }
    /// <summary>The user; null is the fleet's.</summary>
    public string? User { get; init; }
    /// <summary>Path of the private key; null is the fleet's.</summary>
    public string? IdentityFile { get; init; }
    /// <summary>A head node before this host; null is the fleet's.</summary>
    public SshProxy? ProxyJump { get; init; }
    /// <summary>The address by which the other hosts reach it; null to find out.</summary>
    public string? InternalIp { get; init; }
    /// <summary>The key itself; null is the fleet's.</summary>
    public SshKey? SshKey { get; init; }
    /// <summary>Into how many blocks it is divided; null is the fleet's.</summary>
    public BlockCount? Blocks { get; init; }
}

/// <summary>A head node.</summary>
public sealed record SshProxy
{
    /// <summary>Name or address.</summary>
    public required string Hostname { get; init; }
    /// <summary>The port; null is 22.</summary>
    public int? Port { get; init; }
    /// <summary>The user.</summary>
    public required string User { get; init; }
    /// <summary>Path of the private key, on the machine of whoever applies.</summary>
    public required string IdentityFile { get; init; }
    /// <summary>The key itself.</summary>
    public SshKey? SshKey { get; init; }
}

/// <summary>A key pair, as OpenSSH writes it.</summary>
/// <param name="Public">The public key.</param>
/// <param name="Private">The private key; null where it is not to be told.</param>
public sealed record SshKey(string Public, string? Private = null)
{
    /// <summary>Never the private key: a record prints all that it holds.</summary>
    public override string ToString() => Public;
}

namespace Gantry.Model.Link;

/// <summary>What the nodes of a run need to log in to each other by ssh. Only runs of several nodes on hosts of a fleet have it.</summary>
/// <remarks>Its keys are worth something only among the hosts of this run, and while it runs there.</remarks>
public sealed record NodeSsh
{
    /// <summary>The port that dstack documents.</summary>
    public const int UsualPort = 10022;

    /// <summary>This node's address for the others: where its host listens.</summary>
    public required string Address { get; init; }
    /// <summary>Port on every node's address.</summary>
    public int Port { get; init; } = UsualPort;
    /// <summary>The run's private key, in PEM.</summary>
    public required string UserKey { get; init; }
    /// <summary>Its public half in OpenSSH's form: who has it may enter this node.</summary>
    public required string UserPublicKey { get; init; }
    /// <summary>The private key by which this host is known to the others, in PEM.</summary>
    public required string HostKey { get; init; }
    /// <summary>All nodes, by rank.</summary>
    public required IReadOnlyList<NodeSshPeer> Nodes { get; init; }
}

/// <summary>A node as the others see it.</summary>
/// <param name="Address">Its address.</param>
/// <param name="User">Whom to log in as: the user of its host's agent. The session enters the job from there.</param>
/// <param name="HostKey">The public key that its host shows, in OpenSSH's form.</param>
public sealed record NodeSshPeer(string Address, string User, string HostKey);

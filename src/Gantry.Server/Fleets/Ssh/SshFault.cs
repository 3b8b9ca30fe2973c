namespace Gantry.Server.Fleets.Ssh;

/// <summary>Why a host cannot be reached.</summary>
internal enum SshFaultKind
{
    /// <summary>Nobody listens on the port.</summary>
    PortClosed,
    /// <summary>Nothing answers at the address, or no more.</summary>
    NoAnswer,
    /// <summary>The name has no address.</summary>
    UnknownName,
    /// <summary>The host does not take the key.</summary>
    KeyRefused,
    /// <summary>The private key cannot be read.</summary>
    KeyUnreadable,
    /// <summary>The host is not the one that was pinned.</summary>
    HostKeyChanged,
    /// <summary>The host answers, and somebody stopped the agent there.</summary>
    AgentStopped,
    /// <summary>Something else, in OpenSSH's words.</summary>
    Other,
}

/// <summary>A host cannot be reached by SSH. The message is for people: what happened and what to do.</summary>
internal sealed class SshException(SshFaultKind kind, string message) : IOException(message)
{
    public SshFaultKind Kind => kind;

    /// <summary>Whether it may pass by itself: the host is on its way up, or the network is.</summary>
    public bool MayPass => kind is SshFaultKind.PortClosed or SshFaultKind.NoAnswer or SshFaultKind.AgentStopped or SshFaultKind.Other;

    /// <summary>Of a host whose agent was stopped there: it is not started behind the back of whoever did.</summary>
    public static SshException AgentStopped(SshTarget target) => new(
        SshFaultKind.AgentStopped,
        $"The agent was stopped by hand on {target.Host}, and is not started from here. Its jobs go on; one with a lease ends with that. Start it there: systemctl start gantry-agent");

    /// <summary>From what OpenSSH's client said.</summary>
    public static SshException Of(SshTarget target, string said)
    {
        var isJump = target.Jump is not null && (said.Contains("gantry-jump", StringComparison.Ordinal) || said.Contains("UNKNOWN port 65535", StringComparison.Ordinal)
            || said.Contains($"{target.Jump.User}@{target.Jump.Address}:", StringComparison.Ordinal) || said.Contains($"host {target.Jump.Address} port", StringComparison.Ordinal));
        var who = isJump ? $"the head node {target.Jump}" : $"{target.Host}";
        var kind = Kinds.FirstOrDefault(entry => said.Contains(entry.Words, StringComparison.OrdinalIgnoreCase)) is { Words: not null } known ? known.Kind : SshFaultKind.Other;
        var port = isJump ? target.Jump!.Port : target.Host.Port;
        return new SshException(kind, kind switch
        {
            SshFaultKind.PortClosed => $"Nobody listens on port {port} of {who}. Start its SSH server, or correct the port.",
            SshFaultKind.NoAnswer => $"No answer from {who}. See that the host is up and that this server may reach its port {port}.",
            SshFaultKind.UnknownName => $"The name of {who} has no address. Correct it in ssh_config.",
            SshFaultKind.KeyRefused => $"{Capital(who)} does not take the key. Add its public half to ~/.ssh/authorized_keys there, or name another identity_file.",
            SshFaultKind.KeyUnreadable => $"The private key for {who} cannot be read. It must be an OpenSSH private key without a passphrase.",
            SshFaultKind.HostKeyChanged => $"{Capital(who)} shows another host key than at the first contact: another machine has the address now, or the host was set up anew. "
                + "Nothing was sent to it. If that is as it should be, remove the host from the fleet, apply, and add it again.",
            _ => $"The connection to {who} ended: {Last(said)}",
        });
    }

    private static readonly (string Words, SshFaultKind Kind)[] Kinds =
    [
        ("HOST IDENTIFICATION HAS CHANGED", SshFaultKind.HostKeyChanged),
        ("Host key verification failed", SshFaultKind.HostKeyChanged),
        ("Load key", SshFaultKind.KeyUnreadable),
        ("invalid format", SshFaultKind.KeyUnreadable),
        ("Permission denied", SshFaultKind.KeyRefused),
        ("Too many authentication failures", SshFaultKind.KeyRefused),
        ("Connection refused", SshFaultKind.PortClosed),
        ("Could not resolve hostname", SshFaultKind.UnknownName),
        ("timed out", SshFaultKind.NoAnswer),
        ("No route to host", SshFaultKind.NoAnswer),
        ("Network is unreachable", SshFaultKind.NoAnswer),
        ("not responding", SshFaultKind.NoAnswer),
    ];

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Last(string said) => said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var last] ? last : "OpenSSH's client said nothing more.";
}

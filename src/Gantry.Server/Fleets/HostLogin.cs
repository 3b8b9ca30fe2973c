using System.Text.Json;
using System.Text.Json.Serialization;
using Gantry.Model.Configurations;
using Gantry.Server.Fleets.Ssh;
using Gantry.Server.Secrets;
using Gantry.Storage.Rows;

namespace Gantry.Server.Fleets;

/// <summary>How a host is logged in to: the JSON of <c>instances.login</c>. No secrets.</summary>
internal sealed record HostLogin
{
    public required string User { get; init; }
    public string? JumpAddress { get; init; }
    public int? JumpPort { get; init; }
    public string? JumpUser { get; init; }

    /// <summary>The address by which other hosts reach it: as configured, else as found; null to leave it to the agent.</summary>
    public string? InternalIp { get; init; }

    public static HostLogin Read(InstanceRow row) => JsonSerializer.Deserialize(row.Login!, LoginJson.Default.HostLogin)!;

    /// <summary>Whether the same keys do for both.</summary>
    public bool IsSameAs(HostLogin other) => this with { InternalIp = null } == other with { InternalIp = null };

    public string Write() => JsonSerializer.Serialize(this, LoginJson.Default.HostLogin);

    /// <summary>How a configuration says that this host is logged in to.</summary>
    public static HostLogin Of(SshConfig ssh, SshHost host)
    {
        var jump = host.ProxyJump ?? ssh.ProxyJump;
        return new HostLogin
        {
            User = host.User ?? ssh.User!,
            JumpAddress = jump?.Hostname,
            JumpPort = jump?.Port,
            JumpUser = jump?.User,
            InternalIp = host.InternalIp,
        };
    }

    /// <summary>The row's host, with its keys.</summary>
    /// <exception cref="SealedException">The keys cannot be opened.</exception>
    public static SshTarget Target(InstanceRow row, Sealer sealer)
    {
        var login = Read(row);
        var keys = JsonSerializer.Deserialize(sealer.Open(row.Keys!, HostKeys.Place(row.Id)), LoginJson.Default.HostKeys)!;
        return new SshTarget
        {
            InstanceId = row.Id,
            Host = new SshLogin(row.Address!, row.Port ?? 22, login.User, keys.Key),
            Jump = login.JumpAddress is { } address ? new SshLogin(address, login.JumpPort ?? 22, login.JumpUser!, keys.JumpKey!) : null,
            HostKeys = row.HostKeys,
        };
    }
}

/// <summary>The private keys of a host's login: sealed, the content of <c>instances.keys</c>.</summary>
internal sealed record HostKeys(string Key, string? JumpKey)
{
    public static string Place(Guid instanceId) => $"instances/{instanceId:D}/keys";

    public string Seal(Guid instanceId, Sealer sealer) => sealer.Seal(JsonSerializer.Serialize(this, LoginJson.Default.HostKeys), Place(instanceId));

    /// <summary>Whether the row holds these very keys.</summary>
    public bool IsSealedAs(InstanceRow row, Sealer sealer)
    {
        try
        {
            return JsonSerializer.Deserialize(sealer.Open(row.Keys!, Place(row.Id)), LoginJson.Default.HostKeys) == this;
        }
        catch (SealedException)
        {
            return false;
        }
    }

    /// <summary>The keys that a client sent for this host; null where one is missing.</summary>
    public static HostKeys? Of(SshConfig ssh, SshHost host)
    {
        var jump = host.ProxyJump ?? ssh.ProxyJump;
        return (host.SshKey ?? ssh.SshKey)?.Private is { Length: > 0 } key && (jump is null || jump.SshKey?.Private is { Length: > 0 }) ? new HostKeys(key, jump?.SshKey?.Private) : null;
    }

    // A record prints all that it holds.
    public override string ToString() => "private keys";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HostLogin))]
[JsonSerializable(typeof(HostKeys))]
internal sealed partial class LoginJson : JsonSerializerContext;

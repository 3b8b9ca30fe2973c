using System.Collections.Concurrent;
using Gantry.Engine.Fleets;
using Gantry.Model.Link;
using Gantry.Server.Hosting;

namespace Gantry.Server.Agents;

/// <summary>
/// The leases of hosts, as far as this server granted them: in memory only, and by a clock that nobody sets. What the server before may have granted at
/// its last moment is reckoned with for every host. The reasoning is at the head of <see cref="LeaseTerms"/>.
/// </summary>
internal sealed class HostLeases(ServerOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<Guid, HostLease> leases = new();
    private readonly ConcurrentDictionary<Guid, bool> keeping = new();
    private readonly long started = time.GetTimestamp();
    private LeaseTerms longest = options.Lease;

    public LeaseTerms Terms => options.Lease;

    /// <summary>Since this server started.</summary>
    public TimeSpan Now => time.GetElapsedTime(started);

    /// <summary>The server before may have granted leases of this length.</summary>
    public void Reckon(LeaseTerms former) => longest = former.Length > longest.Length ? former : longest;

    /// <summary>Answers an agent: noted before it is sent.</summary>
    public GrantLease Grant(Guid instanceId, long asked)
    {
        keeping[instanceId] = true;
        leases.AddOrUpdate(instanceId, _ => Unheard.Granted(Now, Terms), (_, held) => held.Granted(Now, Terms));
        return new GrantLease { Asked = asked, Seconds = Terms.Length.TotalSeconds };
    }

    /// <summary>A connection begins whose agent asks for no lease.</summary>
    public void WithoutLease(Guid instanceId) => keeping.TryRemove(instanceId, out _);

    /// <summary>Whether the agent that is connected, or was last, keeps leases.</summary>
    public bool IsKept(Guid instanceId) => keeping.ContainsKey(instanceId);

    /// <summary>Until nothing of a host's leased jobs lives; nothing when that is so already.</summary>
    public TimeSpan Left(Guid instanceId) => Of(instanceId) is var lease && lease.IsOver(Now) ? TimeSpan.Zero : lease.Until - Now;

    /// <summary>Whether nothing of a host's leased jobs lives, for certain.</summary>
    public bool IsOver(Guid instanceId) => Of(instanceId).IsOver(Now);

    private HostLease Unheard => HostLease.Unheard(TimeSpan.Zero, longest);

    private HostLease Of(Guid instanceId) => leases.TryGetValue(instanceId, out var lease) ? lease : Unheard;
}

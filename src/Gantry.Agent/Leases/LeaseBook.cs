using System.Collections.Concurrent;
using Gantry.Agent.Native;
using Gantry.Agent.Spool;
using Gantry.Model.Link;

namespace Gantry.Agent.Leases;

/// <summary>The leases that this host holds, one a server.</summary>
internal sealed class LeaseBook
{
    private readonly ConcurrentDictionary<Guid, LeaseRecord> _leases = new();
    private readonly string _directory;
    private readonly GuardProcess _guard;

    /// <summary>Finds what an earlier agent left.</summary>
    public LeaseBook(AgentSpool spool, GuardProcess guard)
    {
        (_directory, _guard) = (spool.LeasesDirectory, guard);
        foreach (var path in Directory.GetFiles(_directory))
        {
            if (Guid.TryParse(Path.GetFileName(path), out var server) && LeaseRecord.Read(path) is { } lease)
                _leases[server] = lease;
        }
    }

    /// <summary>The lease of a server; null when there never was one since the boot.</summary>
    public LeaseRecord? Of(Guid server) => _leases.GetValueOrDefault(server);

    /// <summary>Whether a job that is not started yet may be.</summary>
    public bool Allows(JobOrder order) => !order.Leased || (Of(order.ServerId) is { } lease && BootClock.Now < lease.StopAt);

    /// <summary>Whether a job may be started now. Then its lease is guarded, too: from its first moment on it ends with that, whoever dies.</summary>
    /// <exception cref="IOException">The guard could not be started.</exception>
    public bool AllowsGuarded(JobOrder order)
    {
        if (order.Leased)
            _guard.Ensure();
        return Allows(order);
    }

    /// <summary>Takes a lease. Whoever's own one was over by then has to know before.</summary>
    /// <param name="server">The server.</param>
    /// <param name="asked">When it was asked for; not later than now.</param>
    /// <param name="terms">How long it is.</param>
    /// <exception cref="IOException">It could not be kept, and is not taken.</exception>
    public void Take(Guid server, TimeSpan asked, LeaseTerms terms)
    {
        var lease = new LeaseRecord(asked + terms.StopAfter, asked + terms.KillAfter);
        // Answers that come late, or of a server that was told a shorter length: it reckons with the longest that it ever gave.
        if (Of(server) is { } held && held.KillAt >= lease.KillAt)
            return;
        // The guard before us: it must never reckon with less than is told here.
        lease.Write(Path.Combine(_directory, server.ToString()));
        _leases[server] = lease;
    }
}

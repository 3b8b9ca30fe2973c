using Gantry.Model.Api;
using Gantry.Model.Configurations;
using Gantry.Model.Link;

namespace Gantry.Engine.Fleets;

/// <summary>
/// What the server knows of one host's lease: until when something may run under it, by the server's monotonic clock. See <see cref="LeaseTerms"/>.
/// </summary>
/// <param name="Until">From then on nothing that ran under it lives.</param>
public readonly record struct HostLease(TimeSpan Until)
{
    /// <summary>The lease of a host that this server has not heard of: it may have been granted by the one before, at its last moment.</summary>
    /// <param name="started">When this server started.</param>
    /// <param name="longest">The longest lease that the one before may have granted.</param>
    public static HostLease Unheard(TimeSpan started, LeaseTerms longest) => new(started + longest.OverAfter);

    /// <summary>The lease once it is granted anew. An answer may get lost: then what was granted before still counts.</summary>
    public HostLease Granted(TimeSpan now, LeaseTerms terms) => now + terms.OverAfter > Until ? new(now + terms.OverAfter) : this;

    /// <summary>Whether it has run out for certain.</summary>
    public bool IsOver(TimeSpan now) => now >= Until;

    /// <summary>Whether jobs of this policy hold a lease: only those that are placed again when their host stays away.</summary>
    public static bool IsNeeded(RetryPolicy? retry) => retry is { Duration: > 0 } && retry.OnEvents.Contains(RetryEvent.Interruption);
}

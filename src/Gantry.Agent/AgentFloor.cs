using Gantry.Agent.Host;
using Gantry.Agent.Jobs;
using Gantry.Agent.Leases;
using Gantry.Agent.Link;
using Gantry.Agent.Spool;

namespace Gantry.Agent;

/// <summary>What every connection stands on.</summary>
/// <param name="Spool">The spool.</param>
/// <param name="Jobs">Its jobs.</param>
/// <param name="BootId">The kernel's boot id.</param>
/// <param name="Host">What the host has.</param>
/// <param name="Leases">Who takes the leases that servers grant.</param>
/// <param name="Streams">What serves the streams that servers open.</param>
/// <param name="Servers">The servers that are connected.</param>
/// <param name="Time">The clock.</param>
/// <param name="Log">The agent's log.</param>
internal sealed record AgentFloor(
    AgentSpool Spool, JobTable Jobs, string BootId, HostWatch Host, LeaseKeeper Leases, StreamTable Streams, ServerLinks Servers, TimeProvider Time, AgentLog Log);

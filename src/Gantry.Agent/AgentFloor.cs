using Gantry.Agent.Jobs;
using Gantry.Agent.Spool;
using Gantry.Model.Link;

namespace Gantry.Agent;

/// <summary>What every connection stands on.</summary>
/// <param name="Spool">The spool.</param>
/// <param name="Jobs">Its jobs.</param>
/// <param name="BootId">The kernel's boot id.</param>
/// <param name="Host">What the host has now.</param>
/// <param name="Time">The clock.</param>
/// <param name="Log">The agent's log.</param>
internal sealed record AgentFloor(AgentSpool Spool, JobTable Jobs, string BootId, Func<HostFacts> Host, TimeProvider Time, AgentLog Log);

using Gantry.Model.Link;
using Gantry.Server.Changes;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Agents;

/// <summary>A way to an agent: how its stream is got, and which host it is.</summary>
internal interface IAgentRoute
{
    /// <summary>A byte stream to the agent, which is started if it does not run. Throws <see cref="IOException"/> when there is no way.</summary>
    Task<Stream> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Whether the host may hold a lease. Not this server's own machine: nothing can come between the two but the machine's end, and a server that is off
    /// for the night must not cost its user a training.
    /// </summary>
    bool HoldsLeases { get; }

    /// <summary>The agent is of another build: the next connection is to find one of this build. Jobs go on.</summary>
    void Replace(string oldBuild);

    /// <summary>The row of the agent's host, with what the agent said of it; made if it is missing.</summary>
    InstanceRow Register(GantryDb db, ChangeSet changes, AgentHello hello, DateTimeOffset now);
}

using Gantry.Model.Api;
using Gantry.Model.Link;

namespace Gantry.Engine.Runs;

/// <summary>From a run's configuration to its jobs.</summary>
public static class JobPlanner
{
    /// <summary>The spec with its profile merged in and the server's defaults filled: dstack's "effective run spec".</summary>
    public static RunSpec Effective(RunSpec spec) => throw new NotImplementedException();

    /// <summary>The jobs of an effective spec: one a node, in order. Its <c>RunName</c> must be set (or is shown as <c>dry-run</c>).</summary>
    public static IReadOnlyList<JobSpec> Jobs(RunSpec effective) => throw new NotImplementedException();

    /// <summary>What the configuration says about the run's life.</summary>
    public static RunPolicy Policy(RunSpec effective) => throw new NotImplementedException();

    /// <summary>
    /// What cannot be done yet on this server, each named with its key ("image: …"): never ignored in silence. Empty when all can.
    /// </summary>
    public static IReadOnlyList<string> Unsupported(RunSpec effective) => throw new NotImplementedException();

    /// <summary>What an agent is told: the job with its system environment (DSTACK_RUN_NAME, DSTACK_NODE_RANK, …).</summary>
    /// <param name="jobId">The submission's id.</param>
    /// <param name="serverId">The server that owns it.</param>
    /// <param name="project">Its project.</param>
    /// <param name="runId">Its run.</param>
    /// <param name="runName">Its run's name.</param>
    /// <param name="repoId">The run's repo id, if any.</param>
    /// <param name="spec">The job.</param>
    /// <param name="nodeIps">The address of every node, by rank.</param>
    public static JobOrder Order(
        Guid jobId, Guid serverId, string project, Guid runId, string runName, string? repoId, JobSpec spec, IReadOnlyList<string> nodeIps) =>
        throw new NotImplementedException();
}

using System.Globalization;
using Gantry.Model.Api;

namespace Gantry.Engine.Runs;

/// <summary>
/// The variables that every job gets. Those that say which job it is win over the configuration's <c>env</c>: a job that was told a
/// wrong rank would wait for its peers for ever. <c>PYTHONUNBUFFERED</c> is only a default.
/// </summary>
internal static class SystemEnvironment
{
    /// <summary>The job's whole environment. The agent adds <c>DSTACK_WORKING_DIR</c> and <c>DSTACK_MPI_HOSTFILE</c>, which only it knows.</summary>
    public static IReadOnlyDictionary<string, string> Of(
        Guid jobId, Guid runId, string project, string runName, string? repoId, JobSpec spec, IReadOnlyList<NodePlace> nodes)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PYTHONUNBUFFERED"] = "1" };
        foreach (var (name, value) in spec.Env)
        {
            environment[name] = NodeReferences.Resolve(value, nodes);
        }

        environment["DSTACK_PROJECT"] = project;
        environment["DSTACK_RUN_NAME"] = runName;
        environment["DSTACK_RUN_ID"] = runId.ToString();
        environment["DSTACK_JOB_ID"] = jobId.ToString();
        environment["DSTACK_REPO_ID"] = repoId ?? EffectiveSpec.NoRepo;
        environment["DSTACK_REPLICA_NUM"] = Number(spec.ReplicaNum);
        environment["DSTACK_NODES_NUM"] = Number(spec.JobsPerReplica);
        environment["DSTACK_NODE_RANK"] = Number(spec.JobNum);
        environment["DSTACK_MASTER_NODE_IP"] = nodes.Count > 0 ? nodes[0].Ip : "";
        environment["DSTACK_NODES_IPS"] = string.Join('\n', nodes.Select(node => node.Ip));
        environment["DSTACK_GPUS_PER_NODE"] = Number(spec.JobNum < nodes.Count ? nodes[spec.JobNum].Gpus : 0);
        environment["DSTACK_GPUS_NUM"] = Number(nodes.Sum(node => node.Gpus));
        return environment;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}

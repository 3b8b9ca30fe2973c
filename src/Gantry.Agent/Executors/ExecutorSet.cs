using Gantry.Agent.Content;
using Gantry.Agent.Executors.Docker;
using Gantry.Agent.Executors.Process;
using Gantry.Model.Link;

namespace Gantry.Agent.Executors;

/// <summary>The ways to run jobs on this host.</summary>
internal sealed record ExecutorSet(ProcessExecutor Process, DockerExecutor Docker, JobContents Contents)
{
    /// <summary>The one that an order names; null for a name that is not known here.</summary>
    public IExecutor? Find(JobOrder order) => order.Executor switch
    {
        JobOrder.ProcessExecutor => Process,
        JobOrder.DockerExecutor => Docker,
        _ => null,
    };
}

using Gantry.Model.Link;

namespace Gantry.Agent.Executors;

/// <summary>The file for <c>mpirun --hostfile</c>: a node's address a line, with <c>slots=N</c> where that node has N GPUs.</summary>
internal static class Hostfile
{
    /// <summary>Its text.</summary>
    public static string Text(JobOrder order) => string.Concat(order.NodeIps.Index().Select(
        node => order.NodeGpus.ElementAtOrDefault(node.Index) is > 0 and var slots ? $"{node.Item} slots={slots}\n" : $"{node.Item}\n"));
}

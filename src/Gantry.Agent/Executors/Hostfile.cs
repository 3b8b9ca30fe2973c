using System.Globalization;
using Gantry.Model.Link;

namespace Gantry.Agent.Executors;

/// <summary>The file for <c>mpirun --hostfile</c>: a node's address a line, with <c>slots=N</c> where a node has N GPUs.</summary>
internal static class Hostfile
{
    /// <summary>Its text.</summary>
    public static string Text(JobOrder order)
    {
        var slots = order.Env.TryGetValue("DSTACK_GPUS_PER_NODE", out var gpus)
            && int.TryParse(gpus, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? $" slots={count}" : "";
        return string.Concat(order.NodeIps.Select(ip => $"{ip}{slots}\n"));
    }
}

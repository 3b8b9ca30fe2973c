using Gantry.Model.Configurations;

namespace Gantry.Engine.Runs;

/// <summary>The nodes that a configuration asks for, whatever its type.</summary>
internal static class RunNodes
{
    /// <summary>
    /// Keeps a dev environment up. Not every <c>sleep</c> knows <c>infinity</c>; without any, the shell says so, and the job ends with that.
    /// </summary>
    private const string StayUp = "sleep infinity 2>/dev/null || while sleep 86400; do :; done";

    /// <summary>Groups of nodes that are alike, in order.</summary>
    public static IReadOnlyList<NodeGroup> Groups(RunConfiguration run) => run switch
    {
        TaskConfiguration { Groups: { } groups } => groups,
        TaskConfiguration task => [new NodeGroup { Nodes = task.Nodes ?? 1, Resources = task.Resources, Commands = task.Commands, Ports = task.Ports }],
        DevEnvironmentConfiguration environment => [new NodeGroup { Resources = environment.Resources, Commands = [.. environment.Init, StayUp], Ports = environment.Ports }],
        _ => throw new ArgumentException($"A configuration of type {run.Type} has no nodes.", nameof(run)),
    };

    /// <summary>How many.</summary>
    public static int Count(RunConfiguration run) => Groups(run).Sum(group => group.Nodes);
}

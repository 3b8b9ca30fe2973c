namespace Gantry.Model.Configurations;

/// <summary>A <c>type: task</c>. Property for property dstack's; a null means "not given".</summary>
public sealed record TaskConfiguration : RunConfiguration
{
    /// <inheritdoc/>
    public override string Type => "task";
    /// <summary>Number of nodes; null is 1 (or the sum of <see cref="Groups"/>).</summary>
    public int? Nodes { get; init; }
    /// <summary>Node groups, each with its own resources and commands; null for a uniform task.</summary>
    public IReadOnlyList<NodeGroup>? Groups { get; init; }
    /// <summary>Shell commands, run in order by one shell; the first that fails ends the job.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];
}

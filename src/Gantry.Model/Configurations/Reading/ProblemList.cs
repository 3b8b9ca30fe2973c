namespace Gantry.Model.Configurations.Reading;

/// <summary>Collects every problem of a configuration.</summary>
internal sealed class ProblemList
{
    private readonly List<Problem> problems = [];

    public int Count => problems.Count;

    /// <summary>Adds a problem with a node.</summary>
    public void Add(Node node, string path, string message, string? allowed = null, string? value = null, string? suggestion = null) =>
        Add(node.Line, node.Column, path, message, allowed, value, suggestion);

    /// <summary>Adds a problem at a position.</summary>
    public void Add(int line, int column, string path, string message, string? allowed = null, string? value = null, string? suggestion = null) =>
        problems.Add(new Problem { Line = line, Column = column, Path = path, Value = value, Message = message, Allowed = allowed, Suggestion = suggestion });

    /// <summary>Every problem, in the order of the file.</summary>
    public IReadOnlyList<Problem> InOrder() => [.. problems.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)];
}

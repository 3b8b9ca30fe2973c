using System.Text.Json;

namespace Gantry.Model.Configurations;

/// <summary>JSON that is well formed but is no valid configuration, profile or part of one.</summary>
public sealed class ConfigurationException(IReadOnlyList<Problem> problems)
    : JsonException(string.Join('\n', problems.Select(problem => problem.Sentence())))
{
    /// <summary>Every problem; paths start at the configuration (or profile), not at the request's body.</summary>
    public IReadOnlyList<Problem> Problems { get; } = problems;
}

namespace Gantry.Model.Configurations;

/// <summary>What came of reading a file: the value, or every problem in it.</summary>
/// <param name="FileName">The file, for messages; null when there is none.</param>
/// <param name="Value">The value; null when there are problems.</param>
/// <param name="Problems">Every problem, in the order of the file; empty when all is well.</param>
public sealed record ParseResult<T>(string? FileName, T? Value, IReadOnlyList<Problem> Problems) where T : class
{
    /// <summary>One line a problem: <c>FILE:LINE:COLUMN: sentence</c>.</summary>
    public string PrintProblems() => string.Join('\n', Problems.Select(problem => problem.Print(FileName)));
}

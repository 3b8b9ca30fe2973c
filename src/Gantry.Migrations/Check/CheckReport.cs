using Gantry.Migrations.Check.Output;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Check;

/// <summary>What a check found.</summary>
public sealed record CheckReport
{
    /// <summary>The folder or file that was checked.</summary>
    public required string Path { get; init; }

    /// <summary>Whose SQL it was read as.</summary>
    public required Dialect Dialect { get; init; }

    /// <summary>How many migrations were looked at.</summary>
    public required int Migrations { get; init; }

    /// <summary>How many statements were looked at, those of the ways back too.</summary>
    public required int Statements { get; init; }

    /// <summary>In order of file and position.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>What would have been reported, had the file not allowed it with a reason.</summary>
    public required IReadOnlyList<SuppressedFinding> Suppressed { get; init; }

    /// <summary>How many findings are errors.</summary>
    public int Errors => Findings.Count(finding => finding.Severity == Severity.Error);

    /// <summary>How many findings are warnings.</summary>
    public int Warnings => Findings.Count - Errors;

    /// <summary>Whether there is no error.</summary>
    public bool Passed => Errors == 0;

    /// <summary>Where a script lies, seen from where <see cref="Path"/> is seen from. With forward slashes.</summary>
    public string FileOf(SourceText source) =>
        // What was read from a single file lies beside it.
        System.IO.Path.Combine(Path.EndsWith(".sql", StringComparison.OrdinalIgnoreCase) ? System.IO.Path.GetDirectoryName(Path) ?? "" : Path, source.Name).Replace('\\', '/');

    /// <summary>Writes the report. What the formats hold is in docs/rules/output.md.</summary>
    public void Write(TextWriter output, CheckFormat format)
    {
        switch (format)
        {
            case CheckFormat.Json:
                JsonOutput.Write(output, this);
                break;
            case CheckFormat.Sarif:
                SarifOutput.Write(output, this);
                break;
            default:
                TextOutput.Write(output, this);
                break;
        }
    }
}

/// <summary>A finding that the file allows.</summary>
/// <param name="Finding">What was found.</param>
/// <param name="Reason">Why it is all right, in its author's words.</param>
public sealed record SuppressedFinding(Finding Finding, string Reason);

/// <summary>How a report is written.</summary>
public enum CheckFormat
{
    /// <summary>For people: each finding with its source line and what to do.</summary>
    Text,
    /// <summary>For scripts.</summary>
    Json,
    /// <summary>SARIF 2.1.0, for code review tools.</summary>
    Sarif,
}

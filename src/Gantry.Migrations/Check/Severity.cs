namespace Gantry.Migrations.Check;

/// <summary>How much a finding weighs.</summary>
public enum Severity
{
    /// <summary>Worth a look: right in some databases, an outage in others. Does not fail a check by itself.</summary>
    Warning,
    /// <summary>Wrong, or not shown to be right. Fails the check.</summary>
    Error,
}

namespace Gantry.Migrations.Check;

/// <summary>
/// A rule: one file, one page in docs/rules, one id. It looks and reports; it decides nothing about what is shown. A rule implements the method whose
/// view it needs; it must not keep anything between calls.
/// </summary>
internal interface ICheckRule
{
    /// <summary>What it is.</summary>
    RuleDescription Description { get; }

    /// <summary>Looks at one statement, with the schema as it is right before it.</summary>
    IEnumerable<Finding> OfStatement(CheckedStatement at) => [];

    /// <summary>Looks at one direction of a migration as a whole.</summary>
    IEnumerable<Finding> OfScript(CheckedScript script) => [];

    /// <summary>Looks at all migrations together.</summary>
    IEnumerable<Finding> OfSet(CheckedSet set) => [];
}

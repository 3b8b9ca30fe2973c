namespace Gantry.Migrations.Check;

/// <summary>What a rule is, apart from what it finds.</summary>
/// <param name="Id">Kebab case, never changed once released: suppressions name it.</param>
/// <param name="Severity">Of its findings, where a finding does not say otherwise.</param>
/// <param name="Title">One sentence without a full stop: what is wrong when it reports.</param>
public sealed record RuleDescription(string Id, Severity Severity, string Title)
{
    /// <summary>The page that explains it, relative to the repository's root.</summary>
    public string Page => $"docs/rules/{Id}.md";
}

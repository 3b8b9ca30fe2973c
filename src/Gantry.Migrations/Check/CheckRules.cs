namespace Gantry.Migrations.Check;

/// <summary>All rules, in the order in which the documentation lists them.</summary>
public static class CheckRules
{
    /// <summary>What each rule is.</summary>
    public static IReadOnlyList<RuleDescription> Descriptions { get; } = [];

    /// <summary>Where a rule stands in <see cref="Descriptions"/>; -1 when there is no rule of this id.</summary>
    internal static int IndexOf(string id)
    {
        for (var i = 0; i < Descriptions.Count; i++)
            if (Descriptions[i].Id == id)
                return i;
        return -1;
    }
}

using Gantry.Migrations.Check.Rules;

namespace Gantry.Migrations.Check;

/// <summary>All rules, in the order in which the documentation lists them.</summary>
public static class CheckRules
{
    /// <summary>The rules that look at statements and migrations.</summary>
    internal static IReadOnlyList<ICheckRule> All { get; } =
    [
        new ScalarSubqueryMayReturnMany(),
        new UncorrelatedUpdate(),
        new UpdateFromAmbiguous(),
        new NotNullWithoutBackfill(),
        new UnbatchedBackfill(),
        new DataAndSchemaInOneStep(),
        new UpdateOrDeleteWithoutWhere(),
        new RenameOrDropBreaksRunningReplicas(),
        new BlockingIndex(),
        new TableRewrite(),
        new ManyTablesLockedInOneTransaction(),
        new ForeignKeyWithoutIndex(),
        new MissingDown(),
        new EditedAfterRelease(),
        new NotProved(),
    ];

    /// <summary>What each rule is.</summary>
    public static IReadOnlyList<RuleDescription> Descriptions { get; } = [.. All.Select(rule => rule.Description), Suppressions.Description];

    /// <summary>Where a rule stands in <see cref="Descriptions"/>; -1 when there is no rule of this id.</summary>
    internal static int IndexOf(string id)
    {
        for (var i = 0; i < Descriptions.Count; i++)
            if (Descriptions[i].Id == id)
                return i;
        return -1;
    }
}

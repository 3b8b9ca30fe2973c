using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Rules;

/// <summary>
/// update-or-delete-without-where: all rows, and nothing says that all are meant. Left alone: a column that the same script adds (all rows are new to it), a
/// backfill step (the engine narrows it), a DELETE that the migration declares (changes-rows).
/// </summary>
internal sealed class UpdateOrDeleteWithoutWhere : ICheckRule
{
    public RuleDescription Description { get; } = new("update-or-delete-without-where", Severity.Warning, "An UPDATE or a DELETE without WHERE changes every row");

    public IEnumerable<Finding> OfStatement(CheckedStatement at)
    {
        if (at.Step.Backfill is not null)
            yield break;

        foreach (var (statement, runs) in at.Statements)
        {
            if (statement is UpdateStatement { Where: null, CurrentOf: false } update && (!runs || at.Existed(update.Table.Name)) && !(runs && OnlyNewColumns(update, at)))
                yield return CheckedStatement.Find(Description, update, update.Table,
                    $"This UPDATE has no WHERE: it writes every row of {update.Table.Name}.",
                    "If all rows are meant, say so with a condition that tells which are left to do (WHERE column IS NULL, WHERE column <> value): then it can also run twice.");
            if (statement is DeleteStatement { Where: null, CurrentOf: false } delete && (!runs || at.Existed(delete.Table.Name)) && !IsDeclared(delete.Table, at))
                yield return CheckedStatement.Find(Description, delete, delete.Table,
                    $"This DELETE has no WHERE: it deletes every row of {delete.Table.Name}.",
                    $"If all rows are meant, declare it: -- changes-rows: {delete.Table.Name}");
        }
    }

    private static bool OnlyNewColumns(UpdateStatement update, CheckedStatement at) =>
        at.BeforeScript.Find(update.Table.Name.Full) is { } before
        && update.Set.SelectMany(assignment => assignment.Targets).All(target => !before.Columns.Any(column => at.Before.Names.Equals(column.Name, target.Text)));

    private static bool IsDeclared(TableReference table, CheckedStatement at) =>
        at.Migration.ChangesRows.Any(name => at.Before.Names.Equals(name, table.Name.Full));
}

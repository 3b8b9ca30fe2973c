using Gantry.Migrations.Files;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Rules;

/// <summary>
/// rename-or-drop-breaks-running-replicas: a table or a column is gone under the name that programs of the version before still use. What counts is the
/// schema before and after the migration: a rebuilt table, or a view under the old name, breaks nobody. A contract step that names the oldest revision that
/// may still run is the declared way.
/// </summary>
internal sealed class RenameOrDropBreaksRunningReplicas : ICheckRule
{
    public RuleDescription Description { get; } = new("rename-or-drop-breaks-running-replicas", Severity.Warning, "A table or a column that running programs use is renamed or dropped");

    public IEnumerable<Finding> OfScript(CheckedScript script)
    {
        if (!script.Forward)
            yield break;

        foreach (var table in script.Before.Tables)
        {
            if (script.After.Find(table.Name) is not { } after)
            {
                if (Find(script, table.Name, null) is { } finding)
                    yield return finding;
            }
            // Of a view only the columns that could be read are known.
            else if (after.Kind != TableKind.View || after.Columns.Count > 0)
                foreach (var column in table.Columns)
                    if (!Has(script.After, table.Name, column.Name) && Find(script, table.Name, column.Name) is { } finding)
                        yield return finding;
        }

        foreach (var finding in OfUnknownTables(script))
            yield return finding;
    }

    /// <summary>What no schema knows, a statement names all the same: then the statement alone is judged.</summary>
    private IEnumerable<Finding> OfUnknownTables(CheckedScript script)
    {
        foreach (var at in script.Statements.Where(at => !IsDeclared(at, script)))
            foreach (var statement in at.Running)
            {
                if (statement is AlterTableStatement { Kind: "TABLE" } alter && IsUnknown(alter.Name, at))
                    foreach (var action in alter.Actions)
                        if (action is DropColumn or RenameColumn or RenameTable or SetSchema)
                            yield return Find(alter, action, action switch
                            {
                                DropColumn drop => $"{alter.Name}.{drop.Column}",
                                RenameColumn rename => $"{alter.Name}.{rename.From}",
                                _ => alter.Name.ToString(),
                            });
                // DROP … IF EXISTS of what is not known: most likely nothing is there.
                if (statement is DropStatement { Kind: "TABLE", IfExists: false } gone)
                    foreach (var name in gone.Names.Where(name => IsUnknown(name, at) && script.After.Find(name.Full) is null))
                        yield return Find(gone, name, name.ToString());
            }
    }

    private static bool IsUnknown(ObjectName table, CheckedStatement at) => at.BeforeScript.Find(table.Full) is null && at.Existed(table);

    private static bool IsDeclared(CheckedStatement at, CheckedScript script) => at.Step.Kind == StepKind.Contract && script.Migration.Requires is not null;

    private Finding Find(Statement statement, SyntaxNode piece, string name) => CheckedStatement.Find(Description, statement, piece,
        $"{name} is gone after this migration: programs of the version before, which run until the last one is replaced, fail on it.",
        "Do it in two releases: stop using the name first; rename or drop it in a later migration, in a step -- step: contract, with -- requires: REVISION naming the oldest that may still run.");

    /// <summary>The finding at the statement that took the name away; null where that is a declared contract.</summary>
    private Finding? Find(CheckedScript script, string table, string? column)
    {
        var index = Enumerable.Range(0, script.Statements.Count)
            .Last(i => Has(script.Statements[i].Before, table, column) && !Has(script.AfterStatement(i), table, column));
        var at = script.Statements[index];
        if (IsDeclared(at, script))
            return null;

        var (statement, piece) = Place(at, table, column);
        return Find(statement, piece, column is null ? table : $"{table}.{column}");
    }

    private static (Statement Statement, SyntaxNode Piece) Place(CheckedStatement at, string table, string? column)
    {
        foreach (var statement in at.Running)
        {
            if (statement is AlterTableStatement alter && at.Before.Names.Equals(alter.Name.Full, table))
                foreach (var action in alter.Actions)
                    if (column is null && action is RenameTable or SetSchema
                        || action is DropColumn drop && column is not null && at.Before.Names.Equals(drop.Column.Text, column)
                        || action is RenameColumn rename && column is not null && at.Before.Names.Equals(rename.From.Text, column))
                        return (alter, action);
            if (statement is DropStatement gone && gone.Names.FirstOrDefault(name => at.Before.Names.Equals(name.Full, table)) is { } named)
                return (gone, named);
        }
        return (at.Statement, at.Statement);
    }

    private static bool Has(DatabaseSchema schema, string table, string? column) =>
        schema.Find(table) is { } found && (column is null || found.Columns.Any(candidate => schema.Names.Equals(candidate.Name, column)));
}

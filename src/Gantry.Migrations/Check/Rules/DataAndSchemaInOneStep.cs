using Gantry.Migrations.Check.Facts;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Rules;

/// <summary>
/// data-and-schema-in-one-step: on PostgreSQL a lock that DDL takes is held until the commit, also while rows are written. SQLite is left alone: there the
/// change of the schema costs nothing beside that of the rows, and to rebuild a table both are needed.
/// </summary>
internal sealed class DataAndSchemaInOneStep : ICheckRule
{
    public RuleDescription Description { get; } = new("data-and-schema-in-one-step", Severity.Warning, "One transaction changes the schema of a table in use and many rows");

    public IEnumerable<Finding> OfScript(CheckedScript script)
    {
        if (script.Dialect != Dialect.Postgres || !script.Forward)
            yield break;

        foreach (var transaction in script.Statements.GroupBy(statement => statement.Transaction))
        {
            var locked = transaction.SelectMany(at => at.Running.SelectMany(TableLocks.Of).Where(at.Existed)).FirstOrDefault();
            var change = transaction.SelectMany(at => at.Statements.Where(within => within.Runs && ChangesManyRows(within.Statement, at)).Select(within => within.Statement)).FirstOrDefault();
            if (locked is not null && change is not null)
                yield return CheckedStatement.Find(Description, change, change,
                    $"This statement changes many rows in the transaction that also changes the schema of {locked}: whoever needs {locked} waits until both are done.",
                    "Put the rows into a step of their own (-- step: backfill …, or another migration), so that the lock is given back first.")
                    with
                { Span = CheckedScript.FirstLine(change) };
        }
    }

    private static bool ChangesManyRows(Statement statement, CheckedStatement at) => statement switch
    {
        UpdateStatement update => at.Existed(update.Table.Name) && !NamedRows.In(update, at.Before),
        DeleteStatement delete => at.Existed(delete.Table.Name) && !NamedRows.In(delete, at.Before),
        InsertStatement { Query.Body: SelectBody { From.Count: > 0 } } insert => at.Existed(insert.Table.Name),
        MergeStatement merge => at.Existed(merge.Table.Name),
        _ => false,
    };
}

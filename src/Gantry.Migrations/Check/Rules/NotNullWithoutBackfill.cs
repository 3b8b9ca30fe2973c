using Gantry.Migrations.Check.Facts;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Rules;

/// <summary>
/// not-null-without-backfill: a column is made NOT NULL, and rows that have no value make the statement fail. An error where it is certain (a new column
/// without a value); a warning where an old column may have been filled by the program all along.
/// </summary>
internal sealed class NotNullWithoutBackfill : ICheckRule
{
    public RuleDescription Description { get; } = new("not-null-without-backfill", Severity.Error, "A column is made NOT NULL and nothing gives the old rows a value");

    public IEnumerable<Finding> OfSet(CheckedSet set)
    {
        var seen = new List<Statement>();
        foreach (var script in set.Scripts.Where(script => script.Forward))
        {
            var earlier = seen.Count;
            foreach (var at in script.Statements)
                foreach (var statement in at.Running)
                {
                    if (statement is AlterTableStatement alter)
                        foreach (var action in alter.Actions)
                            if (OfAction(alter, action, at, seen, earlier) is { } finding)
                                yield return finding;
                    seen.Add(statement);
                }
        }
    }

    /// <param name="alter">The statement.</param>
    /// <param name="action">One thing that it does.</param>
    /// <param name="at">Its place.</param>
    /// <param name="seen">All statements before it, of all migrations.</param>
    /// <param name="earlier">How many of them belong to earlier migrations.</param>
    private Finding? OfAction(AlterTableStatement alter, AlterAction action, CheckedStatement at, List<Statement> seen, int earlier) => action switch
    {
        AddColumn { Column: { NotNull: true } column } when IsEmpty(column.Default) && !HasValue(column) && at.Existed(alter.Name) =>
            CheckedStatement.Find(Description, alter, column,
                $"{column.Name} is added NOT NULL without a default: the statement fails as soon as {alter.Name} has one row.",
                at.Dialect == Dialect.Sqlite
                    ? "Give it a constant default, or rebuild the table with the values that its rows shall have."
                    : "Give it a constant default; or add it without NOT NULL, fill it in batches, and SET NOT NULL in a later step."),
        AlterNotNull { NotNull: true } notNull when at.Existed(alter.Name) && !IsFilled(alter, notNull.Column.Text, at, seen) =>
            OfOldRows(alter, notNull, isNew: seen.Skip(earlier).Any(statement => Adds(statement, alter.Name.Full, notNull.Column.Text, at.Before.Names))),
        _ => null,
    };

    private Finding OfOldRows(AlterTableStatement alter, AlterNotNull action, bool isNew) => CheckedStatement.Find(Description, alter, action,
        isNew
            ? $"{action.Column} is new and was never filled: the statement fails as soon as {alter.Name} has one row."
            : $"Nothing in these migrations fills {action.Column} of {alter.Name}: the statement fails if one row has no value.",
        $"Fill it first (UPDATE {alter.Name} SET {action.Column} = … WHERE {action.Column} IS NULL, in batches), and verify: -- step: verify none.")
        with
    {
        Severity = isNew ? Severity.Error : Severity.Warning,
        CountQuery = isNew ? null : $"SELECT count(*) FROM {alter.Name} WHERE {action.Column} IS NULL HAVING count(*) > 0;",
    };

    private static bool IsEmpty(Expression? value) => value is null or LiteralExpression { Kind: LiteralKind.Null };

    private static bool HasValue(ColumnDefinition column) =>
        column.Identity || column.Generated is not null || column.Type.Text.Contains("serial", StringComparison.OrdinalIgnoreCase);

    private static bool Adds(Statement statement, string table, string column, StringComparer names) =>
        statement is AlterTableStatement alter && names.Equals(alter.Name.Full, table)
        && alter.Actions.Any(action => action is AddColumn add && names.Equals(add.Column.Name.Text, column));

    private static bool IsFilled(AlterTableStatement alter, string column, CheckedStatement at, List<Statement> seen)
    {
        var names = at.Before.Names;
        if (at.Before.Find(alter.Name.Full) is { } table
            && (table.Columns.Any(known => known.NotNull && names.Equals(known.Name, column)) || table.Checks.Any(check => NotNullCheck.IsFor(check.Expression, column))))
            return true;
        return seen.Any(statement => Fills(statement, alter.Name.Full, column, names));
    }

    private static bool Fills(Statement statement, string table, string column, StringComparer names) => statement.All().Any(node => node switch
    {
        UpdateStatement update => names.Equals(update.Table.Name.Full, table) && update.Set.Any(assignment => assignment.Targets.Any(target => names.Equals(target.Text, column))),
        DeleteStatement delete => names.Equals(delete.Table.Name.Full, table) && delete.Where is { } where && AsksForNull(where, column, names),
        SelectStatement { Query.Body: SelectBody { From: [TableReference from], Where: { } where } } => names.Equals(from.Name.Full, table) && AsksForNull(where, column, names),
        // A column that was added with a default has it in every row.
        AlterTableStatement add => names.Equals(add.Name.Full, table)
            && add.Actions.Any(action => action is AddColumn { Column: var added } && names.Equals(added.Name.Text, column) && (!IsEmpty(added.Default) || HasValue(added))),
        TruncateStatement truncate => truncate.Tables.Any(name => names.Equals(name.Full, table)),
        _ => false,
    });

    private static bool AsksForNull(Expression where, string column, StringComparer names) => where.All().Any(node =>
        node is IsExpression { Negated: false, Test: "NULL", Operand: ColumnReference reference } && names.Equals(reference.Column, column));
}

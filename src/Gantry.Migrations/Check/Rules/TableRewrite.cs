using Gantry.Migrations.Check.Facts;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Rules;

/// <summary>
/// table-rewrite: on PostgreSQL some changes write the whole table anew, and some read all of it, while nobody else can use it. What needs neither (a
/// constant default since version 11, a longer varchar, NOT VALID, SET NOT NULL behind a valid check since version 12) is left alone.
/// </summary>
internal sealed class TableRewrite : ICheckRule
{
    private static readonly string[] Rewriting = ["SET TABLESPACE", "SET LOGGED", "SET UNLOGGED", "SET ACCESS METHOD"];

    public RuleDescription Description { get; } = new("table-rewrite", Severity.Warning, "A whole table in use is written anew or read through while nobody else can use it");

    public IEnumerable<Finding> OfStatement(CheckedStatement at)
    {
        if (at.Dialect != Dialect.Postgres || !at.Forward)
            return [];

        return at.Running.SelectMany(statement => statement switch
        {
            AlterTableStatement { Kind: "TABLE" } alter when at.Existed(alter.Name) => alter.Actions.SelectMany(action => OfAction(alter, action, at)),
            OtherStatement other when IsRewrite(other) => [Rewrites(other, other, "This statement writes whole tables anew.", "Leave it to a maintenance window; an ordinary VACUUM lets others work meanwhile.")],
            _ => [],
        });
    }

    private static bool IsRewrite(OtherStatement other) =>
        other.Verb.StartsWith("CLUSTER", StringComparison.Ordinal)
        || other.Verb.StartsWith("VACUUM", StringComparison.Ordinal) && other.Text.Contains("FULL", StringComparison.OrdinalIgnoreCase);

    private IEnumerable<Finding> OfAction(AlterTableStatement alter, AlterAction action, CheckedStatement at) => action switch
    {
        AddColumn { Column: var column } => OfColumn(alter, column),
        AlterType type when !IsFree(alter, type, at) => [Rewrites(alter, type, $"The new type of {type.Column} needs every row of {alter.Name} to be written anew, and its indexes too.",
            "Add a column of the new type, fill it in batches while both are written, and move over to it in a later release.")],
        AlterGenerated { Identity: true } => [],
        AlterNotNull { NotNull: true } notNull when NeedsScan(alter, notNull, at) => [Scans(alter, notNull,
            $"Add CHECK ({notNull.Column} IS NOT NULL) NOT VALID first, validate it in a transaction of its own, and SET NOT NULL then: it finds the check and reads nothing.")],
        AddConstraint { Constraint: CheckClause { NotValid: false } check } => [Scans(alter, check, "Add it NOT VALID, and VALIDATE CONSTRAINT in a transaction of its own: that lets others work meanwhile.")],
        AddConstraint { Constraint: ForeignKeyConstraint { NotValid: false } key } => [Scans(alter, key, "Add it NOT VALID, and VALIDATE CONSTRAINT in a transaction of its own: that lets others work meanwhile.")],
        OtherAction other when RewritesAll(other) => [Rewrites(alter, other, $"{other.Words} writes all of {alter.Name} anew.", "Leave it to a maintenance window.")],
        _ => [],
    };

    private IEnumerable<Finding> OfColumn(AlterTableStatement alter, ColumnDefinition column)
    {
        const string InSteps = "Add the column without it, set the default for rows to come, and fill the old rows in batches.";
        if (column.Generated is not null)
            yield return Rewrites(alter, column, $"A stored generated column is computed for every row of {alter.Name}.", "Add an ordinary column, fill it in batches, and keep it up by a trigger; or compute it in a view.");
        else if (column.Identity || column.Type.Text.Contains("serial", StringComparison.OrdinalIgnoreCase))
            yield return Rewrites(alter, column, $"Every row of {alter.Name} gets a number of its own.", InSteps);
        else if (column.Default is { } value && !Defaults.IsOneForAll(value))
            yield return Rewrites(alter, value, $"This default is another one for each row: every row of {alter.Name} is written anew.", InSteps);
        else if (column.Constraints.FirstOrDefault(constraint => constraint is CheckClause { NotValid: false }) is { } check)
            yield return Scans(alter, check, "Add the column first and the check after it, NOT VALID; then VALIDATE CONSTRAINT in a transaction of its own.");
    }

    private static bool IsFree(AlterTableStatement alter, AlterType type, CheckedStatement at)
    {
        if (type.Using is not (null or ColumnReference or CastExpression { Operand: ColumnReference }))
            return false;
        var column = at.Before.Find(alter.Name.Full)?.Columns.FirstOrDefault(column => at.Before.Names.Equals(column.Name, type.Column.Text));
        return column is not null && TypeChange.IsFree(column.Type, type.Type.Text);
    }

    private static bool NeedsScan(AlterTableStatement alter, AlterNotNull action, CheckedStatement at)
    {
        if (at.Before.Find(alter.Name.Full) is not { } table)
            return true;
        return !table.Columns.Any(column => column.NotNull && at.Before.Names.Equals(column.Name, action.Column.Text))
            && !table.Checks.Any(check => !check.NotValid && NotNullCheck.IsFor(check.Expression, action.Column.Text));
    }

    private static bool RewritesAll(OtherAction action) =>
        Rewriting.Any(words => action.Words.StartsWith(words, StringComparison.Ordinal));

    private Finding Rewrites(Statement statement, SyntaxNode piece, string what, string help) =>
        CheckedStatement.Find(Description, statement, piece, what + " Nobody else can use it until that is done.", help);

    private Finding Scans(AlterTableStatement alter, SyntaxNode piece, string help) => CheckedStatement.Find(Description, alter, piece,
        $"This reads every row of {alter.Name} under a lock that holds up whoever writes to it.", help);
}

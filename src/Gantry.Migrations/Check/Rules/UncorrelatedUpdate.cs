using Gantry.Migrations.Check.Facts;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Rules;

/// <summary>
/// uncorrelated-update: every row gets the same value, because the subquery does not speak of the row. It is what SQLite did in silence in the incident, and
/// what LIMIT 1 makes of it on PostgreSQL. A lookup of one row by a key and constants is left alone: there the same value is what is meant.
/// </summary>
internal sealed class UncorrelatedUpdate : ICheckRule
{
    public RuleDescription Description { get; } = new("uncorrelated-update", Severity.Warning, "An UPDATE gives every row the same value, from a subquery that does not speak of the row");

    public IEnumerable<Finding> OfStatement(CheckedStatement at)
    {
        foreach (var (statement, _) in at.Statements)
        {
            if (statement is not UpdateStatement update || NamedRows.IsOne(update, at.Before))
                continue;

            foreach (var assignment in update.Set)
                foreach (var subquery in Uniform(assignment.Value, assignment, update, at.Before))
                    yield return CheckedStatement.Find(Description, update, subquery,
                        $"This subquery does not speak of the row of {update.Table.Name} that is updated: every row gets the same {Names(assignment)}.",
                        $"Tie the subquery to the row by a condition on {update.Alias()}'s columns. If one value for all is meant, look it up by a unique key.");
        }
    }

    /// <summary>The subqueries that alone make the value, be it through COALESCE, CASE or a cast.</summary>
    private static IEnumerable<SubqueryExpression> Uniform(Expression value, Assignment assignment, UpdateStatement update, DatabaseSchema schema)
    {
        if (value is SubqueryExpression subquery)
            return FreeColumns.Any(subquery.Query, update.With, schema) || LookUp.IsOfOneKnownRow(subquery.Query, schema) ? [] : [subquery];

        return Branches(value) is { } branches
            ? branches.SelectMany(branch => Uniform(branch, assignment, update, schema))
            : SpeaksOfTheRow(value) ? [] : value.Children.OfType<Expression>().SelectMany(part => Uniform(part, assignment, update, schema));
    }

    private static IEnumerable<Expression>? Branches(Expression value) => value switch
    {
        CastExpression cast => [cast.Operand],
        RowExpression row => row.Items,
        CaseExpression choice => choice.Branches.Select(branch => branch.Then).Concat(choice.Else is { } other ? [other] : []),
        FunctionCall call when call.Name.Last.ToLowerInvariant() is "coalesce" or "ifnull" or "nullif" => call.Arguments,
        _ => null,
    };

    // Outside of its subqueries.
    private static bool SpeaksOfTheRow(SyntaxNode node) => node switch
    {
        ColumnReference => true,
        Query => false,
        _ => node.Children.Any(SpeaksOfTheRow),
    };

    private static string Names(Assignment assignment) => string.Join(", ", assignment.Targets.Select(target => target.Text));
}

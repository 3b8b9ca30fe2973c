using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>Which expressions have the same value in all rows of a query: those whose columns come from outside, or from tables that are bound.</summary>
internal sealed class Constants(Scope scope)
{
    /// <summary>Whether the expression has one value.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="bound">The tables that are bound to one row.</param>
    public bool IsConstant(Expression expression, IReadOnlySet<Relation> bound)
    {
        switch (expression)
        {
            case LiteralExpression literal:
                return literal.Kind != LiteralKind.Default;
            case ColumnReference column:
                var meaning = scope.Resolve(column);
                return !meaning.Inner || meaning.Relation is { } relation && bound.Contains(relation);
            case StarExpression:
                return false;
            case FunctionCall call:
                return KnownFunctions.Steady(call, scope.Schema) && Parts(call, bound);
            case BinaryExpression binary when binary.Operator.StartsWith("OPERATOR", StringComparison.Ordinal):
                return false;
            default:
                return Parts(expression, bound);
        }
    }

    private bool Parts(SyntaxNode node, IReadOnlySet<Relation> bound)
    {
        foreach (var child in node.Children)
        {
            if (child is Query query ? !IsConstant(query) : child is Expression expression ? !IsConstant(expression, bound) : !Parts(child, bound))
                return false;
        }

        return true;
    }

    /// <summary>
    /// Whether a query inside has one value. It must not name anything of this query, not even a bound table: it would be run for each candidate row,
    /// and need not find the same each time. A name that an inner table has as well is taken for one of this query.
    /// </summary>
    private bool IsConstant(Query query)
    {
        foreach (var node in query.All())
        {
            var steady = node switch
            {
                ColumnReference column => !scope.Resolve(column).Inner,
                FunctionCall call => KnownFunctions.Steady(call, scope.Schema) || KnownFunctions.IsAggregate(call, scope.Schema.Dialect),
                Statement statement => statement is SelectStatement,
                TableReference table => table.Sample.Count == 0,
                BinaryExpression binary => !binary.Operator.StartsWith("OPERATOR", StringComparison.Ordinal),
                _ => true,
            };
            if (!steady)
                return false;
        }

        return true;
    }
}

using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Facts;

/// <summary>Looking one known row up: by a unique key of one table, with constants.</summary>
internal static class LookUp
{
    public static bool IsOfOneKnownRow(Query query, DatabaseSchema schema)
    {
        if (query.Body is not SelectBody { From: [TableReference table], GroupBy: null } select || schema.Find(table.Name.Full) is not { } known)
            return false;

        var bound = NamedRows.Conjuncts(select.Where).Select(condition => Bound(condition)).OfType<string>().ToHashSet(schema.Names);
        return known.Keys.Any(key => key is { Predicate: null, Columns: { } columns } && columns.All(bound.Contains));
    }

    private static string? Bound(Expression condition) => condition switch
    {
        BinaryExpression { Operator: "=", Left: ColumnReference column, Right: var value } when IsConstant(value) => column.Column,
        BinaryExpression { Operator: "=", Left: var value, Right: ColumnReference column } when IsConstant(value) => column.Column,
        InListExpression { Negated: false, Operand: ColumnReference column, Items: [var only] } when IsConstant(only) => column.Column,
        _ => null,
    };

    private static bool IsConstant(Expression value) => value switch
    {
        LiteralExpression or TypedLiteral or ParameterExpression => true,
        CastExpression cast => IsConstant(cast.Operand),
        UnaryExpression unary => IsConstant(unary.Operand),
        _ => false,
    };
}

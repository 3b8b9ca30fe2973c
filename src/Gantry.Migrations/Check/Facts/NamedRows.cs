using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Facts;

/// <summary>
/// Whether a condition confines a statement to a few rows that it names: by a key and constants, by a range of a key with both ends, or by a limited
/// subquery over the key. Then it takes no long time and touches nothing that its author has not thought of.
/// </summary>
internal static class NamedRows
{
    /// <summary>Whether the WHERE of an UPDATE names its rows.</summary>
    public static bool In(UpdateStatement update, DatabaseSchema schema) => Confines(update.Where, update.Table, update.From, schema);

    /// <summary>Whether the WHERE of a DELETE names its rows.</summary>
    public static bool In(DeleteStatement delete, DatabaseSchema schema) => Confines(delete.Where, delete.Table, delete.Using, schema);

    /// <summary>Whether the WHERE of an UPDATE names one row at most.</summary>
    public static bool IsOne(UpdateStatement update, DatabaseSchema schema) =>
        Keys(update.Table, schema).Any(key => key.All(column => Conjuncts(update.Where).Any(condition =>
            condition is BinaryExpression { Operator: "=" } equality && Equals(equality, column, update.Table, update.From, schema))));

    private static bool Confines(Expression? where, TableReference table, IReadOnlyList<TableSource> others, DatabaseSchema schema)
    {
        var conditions = Conjuncts(where).ToList();
        return Keys(table, schema).Any(key => key.All(column => conditions.Exists(condition => Names(condition, column, table, others, schema)))
            || key.Count == 1 && IsRange(conditions, key[0], table, others, schema));
    }

    private static bool Names(Expression condition, string column, TableReference table, IReadOnlyList<TableSource> others, DatabaseSchema schema) => condition switch
    {
        BinaryExpression { Operator: "=" } equality => Equals(equality, column, table, others, schema),
        InListExpression { Negated: false } list => Is(list.Operand, column, table, schema) && list.Items.All(item => IsConstant(item, table, others)),
        InQueryExpression { Negated: false } list => Is(list.Operand, column, table, schema) && list.Query.Limit is { Count: LiteralExpression { Kind: LiteralKind.Number } },
        QuantifiedExpression { Operator: "=", Quantifier: "ANY" or "SOME", Array: { } array } any => Is(any.Operand, column, table, schema) && IsConstant(array, table, others),
        BetweenExpression { Negated: false } range => Is(range.Operand, column, table, schema) && IsConstant(range.Low, table, others) && IsConstant(range.High, table, others),
        _ => false,
    };

    private static bool Equals(BinaryExpression equality, string column, TableReference table, IReadOnlyList<TableSource> others, DatabaseSchema schema) =>
        Is(equality.Left, column, table, schema) && IsConstant(equality.Right, table, others)
        || Is(equality.Right, column, table, schema) && IsConstant(equality.Left, table, others);

    private static bool IsRange(List<Expression> conditions, string column, TableReference table, IReadOnlyList<TableSource> others, DatabaseSchema schema)
    {
        var (low, high) = (false, false);
        foreach (var comparison in conditions.OfType<BinaryExpression>())
        {
            var forward = Is(comparison.Left, column, table, schema) && IsConstant(comparison.Right, table, others);
            var backward = Is(comparison.Right, column, table, schema) && IsConstant(comparison.Left, table, others);
            low |= forward && comparison.Operator is ">" or ">=" || backward && comparison.Operator is "<" or "<=";
            high |= forward && comparison.Operator is "<" or "<=" || backward && comparison.Operator is ">" or ">=";
        }
        return low && high;
    }

    // Of a table that no schema tells of, the column id is taken for its key: nearly always it is.
    private static IEnumerable<IReadOnlyList<string>> Keys(TableReference table, DatabaseSchema schema) =>
        schema.Find(table.Name.Full) is { } known
            ? known.Keys.Where(key => key is { Predicate: null, Invalid: false, Columns: not null }).Select(key => key.Columns!)
            : [["id"]];

    private static bool Is(Expression expression, string column, TableReference table, DatabaseSchema schema) =>
        expression is ColumnReference reference && schema.Names.Equals(reference.Column, column)
        && (reference.Qualifier is null || schema.Names.Equals(reference.Qualifier, table.Alias?.Text ?? table.Name.Last));

    /// <summary>Whether nothing in it is a column of these tables. A variable (<c>account.id</c> in a loop, <c>NEW.id</c> in a trigger) is as good as a constant.</summary>
    private static bool IsConstant(Expression expression, TableReference table, IReadOnlyList<TableSource> others)
    {
        if (expression is SubqueryExpression)
            return true;

        var names = others.SelectMany(other => other.All()).OfType<TableSource>()
            .Select(other => other.Alias?.Text ?? (other as TableReference)?.Name.Last)
            .Append(table.Alias?.Text ?? table.Name.Last)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return expression.All().OfType<ColumnReference>().All(reference => reference.Qualifier is { } qualifier && !names.Contains(qualifier))
            && !expression.All().OfType<SubqueryExpression>().Any();
    }

    /// <summary>The parts of a condition that all must hold.</summary>
    public static IEnumerable<Expression> Conjuncts(Expression? condition) => condition switch
    {
        null => [],
        BinaryExpression { Operator: "AND" } both => Conjuncts(both.Left).Concat(Conjuncts(both.Right)),
        RowExpression { Items: [var only] } => Conjuncts(only),
        _ => [condition],
    };
}

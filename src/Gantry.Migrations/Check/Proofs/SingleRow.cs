using System.Globalization;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>
/// Proves that a query gives at most one row, whatever the data. Three things prove it: an aggregate without GROUP BY that belongs to this query,
/// LIMIT 1, or equalities with values from outside that bind a unique key of every table in FROM, one table after the other through the joins.
/// What is not proved may still be right; what is proved is right.
/// </summary>
internal static class SingleRow
{
    /// <summary>Looks at a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="schema">The schema that it will meet.</param>
    /// <param name="outside">What is around it: the same for all of its rows.</param>
    /// <param name="common">The common tables in sight.</param>
    /// <param name="limit">How much may be looked at.</param>
    /// <param name="outputs">Columns of its result, by position, of which only one value is asked for.</param>
    public static Verdict Of(Query query, DatabaseSchema schema, Scope? outside, CommonTables? common, ProofLimit limit, IReadOnlyDictionary<int, Pin>? outputs = null)
    {
        if (query.Limit is { Count: LiteralExpression { Kind: LiteralKind.Number, Value: "0" or "1" } })
            return query.Limit.WithTies ? Verdict.Not("WITH TIES gives all rows that tie with the first") : Verdict.OneRow;
        if (!limit.Take())
            return Verdict.Not("it is too deep to be followed");
        common = CommonTables.Add(common, query.With, outside);
        return Of(query.Body, query.OrderBy, schema, outside, common, limit, outputs);
    }

    private static Verdict Of(
        QueryBody body, IReadOnlyList<OrderItem> order, DatabaseSchema schema, Scope? outside, CommonTables? common, ProofLimit limit, IReadOnlyDictionary<int, Pin>? outputs)
    {
        switch (body)
        {
            case SelectBody select:
                return new SelectProof(select, order, schema, outside, common, limit).Run(outputs);
            case NestedQuery nested:
                return Of(nested.Query, schema, outside, common, limit, outputs);
            case ValuesBody values:
                return values.Rows.Count == 1 ? Verdict.OneRow : Verdict.Not(string.Create(CultureInfo.InvariantCulture, $"VALUES gives {values.Rows.Count} rows"));
            case SetOperation { Operator: "EXCEPT" } except:
                return Of(except.Left, [], schema, outside, common, limit, outputs);
            case SetOperation { Operator: "INTERSECT" } intersect:
                var left = Of(intersect.Left, [], schema, outside, common, limit, outputs);
                return left.Proved ? left : Of(intersect.Right, [], schema, outside, common, limit, null) is { Proved: true } right ? right : left;
            case SetOperation union:
                return Verdict.Not($"{union.Operator} gives the rows of both sides");
            default:
                return Verdict.Not("it gives all rows of a table");
        }
    }
}

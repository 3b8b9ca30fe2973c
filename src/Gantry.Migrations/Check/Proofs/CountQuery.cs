using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>A query that changes nothing and tells whether today's rows would break a subquery.</summary>
internal static class CountQuery
{
    /// <summary>The query; null where what is around the subquery cannot be asked for by itself (a trigger's row, a variable).</summary>
    public static string? Of(ScalarSubquery subquery)
    {
        var source = subquery.Owner.Source;
        string Text(SyntaxNode node) => source.Slice(node.Span).ToString();
        var query = Text(subquery.Expression.Query);
        if (subquery.Common is not null)
            return null;
        var rows = $"SELECT count(*) FROM ({query}) AS candidates";
        if (!Correlated(subquery))
            return $"SELECT count(*) AS rows_of_the_subquery FROM ({query}) AS candidates;";
        if (subquery.Scope.Outer is { Relations.Count: > 0 } or { Variables.Count: > 0 })
            return null;

        var (from, where) = subquery switch
        {
            { Select: { From.Count: > 0 } select } => (string.Join(", ", select.From.Select(Text)), select.Where),
            { Select: null, Owner: UpdateStatement update } => (string.Join(", ", update.From.Select(Text).Prepend(Text(update.Table))), update.Where),
            { Select: null, Owner: DeleteStatement delete } => (string.Join(", ", delete.Using.Select(Text).Prepend(Text(delete.Table))), delete.Where),
            _ => (null, null),
        };
        if (from is null)
            return null;
        // Where the subquery stands in WHERE itself, that WHERE cannot be asked first.
        var inside = where is not null && where.Span.Start <= subquery.Expression.Span.Start && where.Span.End >= subquery.Expression.Span.End;
        var condition = where is null || inside ? "" : $"({Text(where)}) AND ";
        return $"SELECT count(*) AS rows_that_would_break FROM {from} WHERE {condition}({rows}) > 1;";
    }

    private static bool Correlated(ScalarSubquery subquery)
    {
        var query = subquery.Expression.Query;
        var inner = query.All().OfType<TableReference>().Select(table => table.Alias?.Text ?? table.Name.Last).ToHashSet(subquery.Scope.Schema.Names);
        return query.All().OfType<ColumnReference>().Any(column => column.Qualifier is { } qualifier
            ? !inner.Contains(qualifier)
            : query.Body is not SelectBody select || !IsOwn(select, column, subquery));
    }

    private static bool IsOwn(SelectBody select, ColumnReference column, ScalarSubquery subquery)
    {
        var scope = SelectProof.Of(select, subquery.Scope.Schema, subquery.Scope);
        FromTree.Build(select.From, scope, subquery.Common);
        return scope.Resolve(column).Inner;
    }
}

using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>The columns that a query gives to the one around it.</summary>
internal static class OutputColumns
{
    /// <summary>Names, and what is known of those that are plain columns; null when the names cannot be told.</summary>
    public static IReadOnlyList<RelationColumn>? Of(Query query, DatabaseSchema schema, Scope? outside, CommonTables? common)
    {
        common = CommonTables.Add(common, query.With, outside);
        return query.Body switch
        {
            SelectBody select => Of(select, schema, outside, common),
            NestedQuery nested => Of(nested.Query, schema, outside, common),
            // Rows of both sides: what is known of the left one's columns does not hold for the right one's.
            SetOperation set => Of(new Query(null, set.Left) { Span = set.Left.Span }, schema, outside, common)?.Select(column => new RelationColumn(column.Name, null)).ToList(),
            ValuesBody values => [.. values.Rows[0].Items.Select((_, i) => new RelationColumn($"column{i + 1}", null))],
            _ => null,
        };
    }

    private static List<RelationColumn>? Of(SelectBody select, DatabaseSchema schema, Scope? outside, CommonTables? common)
    {
        var scope = new Scope { Schema = schema, Outer = outside };
        FromTree.Build(select.From, scope, common);
        var columns = new List<RelationColumn>();
        foreach (var item in select.Items)
        {
            if (item.Value is not StarExpression star)
            {
                columns.Add(Item(item, scope));
                continue;
            }

            // Which columns * has after USING, and in which order, is not told here.
            var all = scope.Relations.Where(relation => star.Qualifier is null || schema.Names.Equals(relation.Name, star.Qualifier.Last)).ToList();
            if (scope.Merged.Count > 0 || all.Count == 0 || all.Any(relation => relation.Columns is null))
                return null;
            columns.AddRange(all.SelectMany(relation => relation.Columns!).Select(column => new RelationColumn(column.Name, column.Schema)));
        }

        return columns;
    }

    private static RelationColumn Item(SelectItem item, Scope scope) => new(Name(item), item.Value switch
    {
        ColumnReference plain => scope.Resolve(plain).Schema(scope.Schema.Names),
        FunctionCall { Name.Parts.Count: 1, Name.Last: "max" or "min", Arguments: [ColumnReference argument], Over: null } => OfExtreme(argument, scope),
        _ => null,
    });

    // PostgreSQL: max and min give a value of their column's type and collation, or NULL. SQLite's give a value without an affinity; a varchar's is a text.
    private static ColumnSchema? OfExtreme(ColumnReference argument, Scope scope) =>
        scope.Schema.Dialect == Dialect.Postgres && scope.Resolve(argument).Schema(scope.Schema.Names) is { } known && ValueTypes.Normal(known.Type) is
            "smallint" or "integer" or "bigint" or "numeric" or "real" or "double precision" or "text" or "date" or "timestamp" or "timestamp with time zone"
            ? known with { NotNull = false, Default = null, Identity = false, Generated = false }
            : null;

    /// <summary>The name of a result's column.</summary>
    public static string Name(SelectItem item)
    {
        var value = item.Value is CastExpression cast ? cast.Operand : item.Value;
        return item.Alias?.Text ?? (value as ColumnReference)?.Column ?? (value as FunctionCall)?.Name.Last ?? (value is CaseExpression ? "case" : "?column?");
    }
}

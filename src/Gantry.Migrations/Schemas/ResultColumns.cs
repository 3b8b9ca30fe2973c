using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Schemas;

/// <summary>The names of a query's columns, as far as its text and the schema tell.</summary>
internal static class ResultColumns
{
    /// <summary>The columns of a query, without types where they are computed; null when even their names cannot be told.</summary>
    /// <param name="schema">Expands <c>*</c>.</param>
    /// <param name="query">The query.</param>
    /// <param name="names">Names that replace those of its first columns.</param>
    public static IReadOnlyList<ColumnSchema>? Of(DatabaseSchema schema, Query query, IReadOnlyList<Identifier> names)
    {
        // A common table hides a table of its name.
        if (query.With is { } with)
            schema = schema with { Tables = [.. schema.Tables.Where(table => !with.Tables.Any(common => schema.Names.Equals(common.Name.Text, table.Name)))] };
        if (Body(schema, query.Body) is not { } columns || names.Count > columns.Count)
            return null;
        return [.. columns.Select((column, i) => i < names.Count ? column with { Name = names[i].Text } : column)];
    }

    private static List<ColumnSchema>? Body(DatabaseSchema schema, QueryBody body) => body switch
    {
        SelectBody select => Select(schema, select),
        NestedQuery nested => Body(schema, nested.Query.Body),
        SetOperation set => Body(schema, set.Left)?.ConvertAll(column => column with { Type = "", Collation = null }),
        ValuesBody values => [.. values.Rows[0].Items.Select((_, i) => Computed($"column{i + 1}"))],
        TableBody table => schema.Find(table.Table.Name.Full) is { Columns.Count: > 0 } found ? [.. found.Columns.Select(Plain)] : null,
        _ => null,
    };

    private static List<ColumnSchema>? Select(DatabaseSchema schema, SelectBody select)
    {
        var sources = select.From.SelectMany(Leaves).ToList();
        var columns = new List<ColumnSchema>();
        foreach (var item in select.Items)
        {
            if (item.Value is StarExpression star)
            {
                // USING and NATURAL join columns: their order is not told here.
                if (select.From.Any(source => source is JoinSource { Natural: true } or JoinSource { Using.Count: > 0 }) || Star(schema, sources, star) is not { } all)
                    return null;
                columns.AddRange(all);
            }
            else
            {
                columns.Add(Item(schema, sources, item));
            }
        }

        return columns;
    }

    private static List<ColumnSchema>? Star(DatabaseSchema schema, List<TableSource> sources, StarExpression star)
    {
        var columns = new List<ColumnSchema>();
        foreach (var source in sources)
        {
            if (star.Qualifier is not null && !schema.Names.Equals(Name(source), star.Qualifier.Last))
                continue;
            if (source is not TableReference { ColumnAliases.Count: 0 } table || schema.Find(table.Name.Full) is not { Columns.Count: > 0 } found)
                return null;
            columns.AddRange(found.Columns.Select(Plain));
        }

        return columns.Count > 0 ? columns : null;
    }

    private static ColumnSchema Item(DatabaseSchema schema, List<TableSource> sources, SelectItem item)
    {
        var value = item.Value is CastExpression cast ? cast.Operand : item.Value;
        var name = item.Alias?.Text ?? (value as ColumnReference)?.Column ?? (value as FunctionCall)?.Name.Last ?? "?column?";
        if (item.Value is not ColumnReference column)
            return Computed(name);
        var owners = sources.OfType<TableReference>().Where(source => column.Qualifier is null || schema.Names.Equals(Name(source), column.Qualifier));
        var found = owners.Select(source => schema.Find(source.Name.Full)?.Columns.FirstOrDefault(candidate => schema.Names.Equals(candidate.Name, column.Column))).FirstOrDefault(candidate => candidate is not null);
        return found is null ? Computed(name) : Plain(found) with { Name = name };
    }

    private static IEnumerable<TableSource> Leaves(TableSource source) => source is JoinSource join ? Leaves(join.Left).Concat(Leaves(join.Right)) : [source];

    private static string? Name(TableSource source) => source.Alias?.Text ?? (source as TableReference)?.Name.Last;

    private static ColumnSchema Computed(string name) => new() { Name = name, Type = "" };

    // What a copy keeps of a column: its type.
    private static ColumnSchema Plain(ColumnSchema column) => new() { Name = column.Name, Type = column.Type, Collation = column.Collation };
}

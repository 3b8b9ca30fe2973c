using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Facts;

/// <summary>A table written out with VALUES, each key once: it matches a row of the target once, though no unique key says so.</summary>
internal static class DistinctValues
{
    /// <summary>Whether an UPDATE takes its values from such a table, joined by an equality over a column in which no two values are alike.</summary>
    public static bool Feed(UpdateStatement update, DatabaseSchema schema)
    {
        if (update.From is not [var source] || Rows(source, update.With, schema) is not var (values, columns) || Name(source) is not { } name)
            return false;

        return NamedRows.Conjuncts(update.Where).OfType<BinaryExpression>()
            .Where(equality => equality.Operator == "=")
            .SelectMany(equality => new[] { (Mine: equality.Left, Other: equality.Right), (Mine: equality.Right, Other: equality.Left) })
            .Any(side => Column(side.Mine, name, schema) is { } column && Column(side.Other, name, schema) is null
                && columns.FindIndex(candidate => schema.Names.Equals(candidate, column)) is var index and >= 0
                && AllDiffer(values, index));
    }

    private static (ValuesBody Values, List<string> Columns)? Rows(TableSource source, WithClause? with, DatabaseSchema schema) => source switch
    {
        QuerySource { Query: { Body: ValuesBody values } } query => (values, Names(query.ColumnAliases, values)),
        TableReference { Name: { Parts.Count: 1 } name } table when with?.Tables.FirstOrDefault(common => schema.Names.Equals(common.Name.Text, name.Last)) is
        { Body: SelectStatement { Query.Body: ValuesBody values } } common => (values, Names(table.ColumnAliases.Count > 0 ? table.ColumnAliases : common.Columns, values)),
        _ => null,
    };

    // Without names of their own the engines call them column1, column2….
    private static List<string> Names(IReadOnlyList<Identifier> names, ValuesBody values) =>
        [.. Enumerable.Range(0, values.Rows[0].Items.Count).Select(i => i < names.Count ? names[i].Text : $"column{i + 1}")];

    private static string? Name(TableSource source) => source.Alias?.Text ?? (source as TableReference)?.Name.Last;

    // A cast can make two values one (1.4::int, 1.2::int): only the plain column counts.
    private static string? Column(Expression expression, string name, DatabaseSchema schema) =>
        expression is ColumnReference { Qualifier: { } qualifier } reference && schema.Names.Equals(qualifier, name) ? reference.Column : null;

    private static bool AllDiffer(ValuesBody values, int index)
    {
        var seen = new HashSet<(LiteralKind, string)>();
        foreach (var row in values.Rows)
        {
            var value = row.Items.Count > index ? row.Items[index] : null;
            while (value is CastExpression cast)
                value = cast.Operand;
            // Numbers of one value can be written in two ways (1, 1.0): only whole ones are compared.
            if (value is not LiteralExpression { Kind: LiteralKind.String or LiteralKind.Number } literal
                || literal.Kind == LiteralKind.Number && (!literal.Value.All(char.IsAsciiDigit) || literal.Value.Length > 1 && literal.Value[0] == '0')
                || !seen.Add((literal.Kind, literal.Value)))
                return false;
        }
        return seen.Select(value => value.Item1).Distinct().Count() == 1;
    }
}

using System.Text;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql;
using Gantry.Migrations.Sql.Parsing;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>
/// The statement as it was probably meant. The one mistake that can be told from the text: the subquery reads the outer table once more, under a name
/// that hides the outer row, and joins to that instead of to the row. What is suggested was proved first.
/// </summary>
internal static class Correction
{
    /// <summary>The corrected statement; null when none can be derived.</summary>
    public static string? Of(ScalarSubquery subquery, Statement statement, DatabaseSchema schema) =>
        Tied(subquery, schema) is { } text ? Proved(statement, subquery, text, schema) : null;

    /// <summary>The table inside that stands for the outer row by mistake; null when there is none.</summary>
    public static (Relation Inner, Relation Outer)? Hidden(ScalarSubquery subquery, DatabaseSchema schema)
    {
        if (subquery.Expression.Query is not { With: null, Body: SelectBody select })
            return null;
        var scope = SelectProof.Of(select, schema, subquery.Scope);
        FromTree.Build(select.From, scope, subquery.Common);
        foreach (var inner in scope.Relations)
            if (inner.Table is not null && subquery.Scope.Relations.FirstOrDefault(outer => outer.Table is not null && schema.Names.Equals(outer.Table.Name, inner.Table.Name)) is { } found)
                return (inner, found);
        return null;
    }

    private static string? Tied(ScalarSubquery subquery, DatabaseSchema schema)
    {
        if (Hidden(subquery, schema) is not var (inner, outer) || subquery.Expression.Query is not { With: null, Body: SelectBody { GroupBy: null, Having: null } select } query)
            return null;
        var scope = SelectProof.Of(select, schema, subquery.Scope);
        FromTree.Build(select.From, scope, subquery.Common);
        var removed = scope.Relations.FirstOrDefault(relation => relation.Source == inner.Source);
        var kept = new List<TableSource>();
        var conditions = new List<Expression>();
        if (removed is null || !select.From.All(source => Flatten(source, removed, kept, conditions)) || kept.Count == 0)
            return null;
        if (select.Where is not null)
            conditions.Add(select.Where);

        var source = subquery.Owner.Source;
        string Text(SyntaxNode node) => Renamed(node, removed, outer, scope, source);
        var sql = new StringBuilder("SELECT ").Append(select.Distinct ? "DISTINCT " : "").AppendJoin(", ", select.Items.Select(Text)).Append(" FROM ").AppendJoin(", ", kept.Select(table => source.Slice(table.Span).ToString()));
        if (conditions.Count > 0)
            sql.Append(" WHERE ").AppendJoin(" AND ", conditions.SelectMany(Facts.Parts).Select(part => part is BinaryExpression { Operator: "OR" } ? $"({Text(part)})" : Text(part)));
        return query.OrderBy.Count > 0 || query.Limit is not null ? null : $"({sql})";
    }

    // Only plain tables and inner joins can be taken apart.
    private static bool Flatten(TableSource source, Relation removed, List<TableSource> kept, List<Expression> conditions)
    {
        if (source is JoinSource { Kind: JoinKind.Inner, Natural: false, Using.Count: 0, Alias: null } join)
        {
            if (!Flatten(join.Left, removed, kept, conditions) || !Flatten(join.Right, removed, kept, conditions))
                return false;
            if (join.On is not null)
                conditions.Add(join.On);
            return true;
        }

        if (source != removed.Source)
            kept.Add(source);
        return source is TableReference;
    }

    // A column of the table that goes becomes one of the outer row.
    private static string Renamed(SyntaxNode node, Relation removed, Relation outer, Scope scope, SourceText source)
    {
        var text = new StringBuilder();
        var end = node.Span.Start;
        foreach (var column in node.All().OfType<ColumnReference>().Where(column => scope.Resolve(column).Relation == removed).OrderBy(column => column.Span.Start))
        {
            text.Append(source.Text, end, column.Span.Start - end).Append(outer.Name).Append('.').Append(source.Slice(column.Parts[^1].Span));
            end = column.Span.End;
        }

        return text.Append(source.Text, end, node.Span.End - end).ToString();
    }

    private static string? Proved(Statement statement, ScalarSubquery subquery, string replacement, DatabaseSchema schema)
    {
        var (from, span) = (statement.Span.Start, subquery.Expression.Span);
        var text = statement.Source.Text[from..span.Start] + replacement + statement.Source.Text[span.End..statement.Span.End];
        var corrected = SqlParser.ReadScript(new SourceText(statement.Source.Name, text), schema.Dialect);
        if (corrected is not [var only] || only is UnreadStatement)
            return null;
        var place = span.Start - from;
        var again = Subqueries.Of(only, schema).FirstOrDefault(candidate => candidate.Expression.Span.Start == place);
        return again is not null && SingleRow.Of(again.Expression.Query, schema, again.Scope, again.Common, new ProofLimit()).Proved ? text : null;
    }
}

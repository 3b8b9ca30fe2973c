using Gantry.Migrations.Databases;
using Gantry.Migrations.Sql;
using Gantry.Migrations.Sql.Parsing;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Upgrade;

/// <summary>
/// Asks which key has how many, after a subquery returned more than one row (PostgreSQL 21000; SQLite takes the first without a word). A subquery that is not
/// tied to the row being changed is counted by the key of the table that its value comes from, any other by the key of the row being changed.
/// </summary>
internal static class CardinalityQuestions
{
    /// <summary>The questions, best first. Some may be none that the engine understands: then the next is to be asked.</summary>
    public static async Task<IReadOnlyList<(string Title, string Query)>> OfAsync(EngineSession session, StatementText text, CancellationToken cancellationToken)
    {
        var statement = SqlParser.Read(text, Dialect.Postgres);
        var with = statement switch
        {
            UpdateStatement { With: { } clause } => Slice(text, clause) + " ",
            InsertStatement { With: { } clause } => Slice(text, clause) + " ",
            DeleteStatement { With: { } clause } => Slice(text, clause) + " ",
            _ => "",
        };
        var questions = new List<(string, string)>();
        foreach (var subquery in statement.All().OfType<SubqueryExpression>())
        {
            if (subquery.Query is { Body: SelectBody { From.Count: > 0 } body, Limit: null } && await ByItsOwnKeyAsync(session, text, body, cancellationToken) is { } own)
                questions.Add(($"that the subquery returns, whatever the row being changed, by the key of {own.Table}", with + own.Query));
            if (await ByTheRowChangedAsync(session, text, statement, subquery, cancellationToken) is { } outer)
                questions.Add(($"of {outer.Table} for which the subquery returns more than one", with + outer.Query));
        }
        return questions;
    }

    private static async Task<(string Table, string Query)?> ByItsOwnKeyAsync(EngineSession session, StatementText text, SelectBody body, CancellationToken cancellationToken)
    {
        var tables = body.From.SelectMany(source => source.All()).OfType<TableReference>().ToList();
        foreach (var table in await InOrderAsync(session, body, tables, cancellationToken))
            if (await KeyAsync(session, table, cancellationToken) is { } key)
                return (table.Name.Full,
                    $"SELECT {key}, count(*) AS \"rows\" FROM {Slice(text, body.From)}{Where(text, body.Where)} GROUP BY {key} ORDER BY count(*) DESC, {key}");
        return null;
    }

    /// <summary>The table that the value comes from first.</summary>
    private static async Task<IEnumerable<TableReference>> InOrderAsync(EngineSession session, SelectBody body, List<TableReference> tables, CancellationToken cancellationToken)
    {
        if (body.Items is not [{ Value: ColumnReference column }])
            return tables;
        var home = column.Parts.Count > 1
            ? tables.FirstOrDefault(table => (table.Alias?.Text ?? table.Name.Last) == column.Parts[^2].Text)
            : await HomeAsync(session, tables, column.Parts[0].Text, cancellationToken);
        return home is null ? tables : tables.Prepend(home);
    }

    private static async Task<TableReference?> HomeAsync(EngineSession session, List<TableReference> tables, string column, CancellationToken cancellationToken)
    {
        foreach (var table in tables)
            if (await session.ScalarAsync("SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(@table) AND attname = @column", cancellationToken,
                ("@table", table.Name.Full), ("@column", column)) is not null)
                return table;
        return null;
    }

    private static async Task<(string Table, string Query)?> ByTheRowChangedAsync(
        EngineSession session, StatementText text, Statement statement, SubqueryExpression subquery, CancellationToken cancellationToken)
    {
        var (table, from, where) = statement switch
        {
            UpdateStatement update => (update.Table, update.From.Count > 0 ? $"{Slice(text, update.Table)}, {Slice(text, update.From)}" : Slice(text, update.Table), update.Where),
            DeleteStatement delete => (delete.Table, delete.Using.Count > 0 ? $"{Slice(text, delete.Table)}, {Slice(text, delete.Using)}" : Slice(text, delete.Table), delete.Where),
            InsertStatement { Query.Body: SelectBody { From.Count: > 0 } body } => (body.From[0].All().OfType<TableReference>().FirstOrDefault(), Slice(text, body.From), body.Where),
            _ => (null, "", null),
        };
        if (table is null || await KeyAsync(session, table, cancellationToken) is not { } key)
            return null;
        // A condition that holds the subquery itself would fail again.
        if (where is not null && where.Span.Start <= subquery.Span.Start && subquery.Span.End <= where.Span.End)
            where = null;
        var count = $"(SELECT count(*) FROM ({Slice(text, subquery.Query)}) gantry_rows)";
        var condition = where is null ? $" WHERE {count} > 1" : $"{Where(text, where)} AND {count} > 1";
        return (table.Name.Full, $"SELECT {key}, {count} AS \"rows\" FROM {from}{condition} ORDER BY {count} DESC, {key}");
    }

    /// <summary>The columns of a table's primary key, under the name that the query knows it by; null without one.</summary>
    private static async Task<string?> KeyAsync(EngineSession session, TableReference table, CancellationToken cancellationToken)
    {
        var columns = await session.QueryAsync("""
            SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
            WHERE i.indrelid = to_regclass(@table) AND i.indisprimary ORDER BY array_position(i.indkey::int2[], a.attnum)
            """, int.MaxValue, cancellationToken, ("@table", table.Name.Full));
        var name = Diagnosis.Quoted(table.Alias?.Text ?? table.Name.Last);
        return columns.Count == 0 ? null : string.Join(", ", columns.Rows.Select(row => $"{name}.{Diagnosis.Quoted((string)row[0]!)}"));
    }

    private static string Where(StatementText text, Expression? where) => where is null ? "" : $" WHERE ({Slice(text, where)})";

    private static string Slice(StatementText text, SyntaxNode node) => text.Source.Slice(node.Span).ToString();

    private static string Slice(StatementText text, IReadOnlyList<SyntaxNode> nodes) =>
        text.Source.Text[nodes[0].Span.Start..nodes[^1].Span.End];
}

using System.Text;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Schemas;

/// <summary>New names, wherever the old ones stand.</summary>
internal static class DdlRename
{
    /// <summary>The full name of a table that gets a new one: its schema stays.</summary>
    public static string Renamed(string full, string to) => full.LastIndexOf('.') is var dot and >= 0 ? full[..(dot + 1)] + to : to;

    public static DatabaseSchema Table(DatabaseSchema schema, string from, string to)
    {
        bool Is(string name) => schema.Names.Equals(name, from);
        return schema with
        {
            Tables = [.. schema.Tables.Select(table => table with
            {
                Name = Is(table.Name) ? to : table.Name,
                Inherits = [.. table.Inherits.Select(parent => Is(parent) ? to : parent)],
                ForeignKeys = [.. table.ForeignKeys.Select(key => Is(key.ParentTable) ? key with { ParentTable = to } : key)],
            })],
        };
    }

    public static DatabaseSchema Index(DatabaseSchema schema, string from, string to) => schema with
    {
        Tables = [.. schema.Tables.Select(table => table with
        {
            Indexes = [.. table.Indexes.Select(index => schema.Names.Equals(index.Name, from) ? index with { Name = to } : index)],
            Keys = [.. table.Keys.Select(key => schema.Names.Equals(key.Name, from) ? key with { Name = to } : key)],
        })],
    };

    public static DatabaseSchema Column(DatabaseSchema schema, string tableName, string from, string to)
    {
        string One(string name) => schema.Names.Equals(name, from) ? to : name;
        string? In(string? expression) => expression is null ? null : Replace(expression, from, to, schema);
        KeyPart Part(KeyPart part) => part with { Column = part.Column is null ? null : One(part.Column), Expression = In(part.Expression) };
        schema = schema.With(tableName, table => table with
        {
            Columns = [.. table.Columns.Select(column => column with { Name = One(column.Name) })],
            Keys = [.. table.Keys.Select(key => key with { Parts = [.. key.Parts.Select(Part)], Predicate = In(key.Predicate) })],
            Indexes = [.. table.Indexes.Select(index => index with { Parts = [.. index.Parts.Select(Part)], Predicate = In(index.Predicate) })],
            ForeignKeys = [.. table.ForeignKeys.Select(key => key with { Columns = [.. key.Columns.Select(One)] })],
            Checks = [.. table.Checks.Select(check => check with { Expression = In(check.Expression)! })],
        });
        return schema with
        {
            Tables = [.. schema.Tables.Select(table => table with
            {
                ForeignKeys = [.. table.ForeignKeys.Select(key => schema.Names.Equals(key.ParentTable, tableName) ? key with { ParentColumns = [.. key.ParentColumns.Select(One)] } : key)],
            })],
        };
    }

    /// <summary>Whether an expression, kept as text, has this name in it.</summary>
    public static bool Mentions(string expression, string name, DatabaseSchema schema) => Tokens(expression, schema).Any(token => Means(token, name, schema));

    private static string Replace(string expression, string from, string to, DatabaseSchema schema)
    {
        var text = new StringBuilder();
        var end = 0;
        foreach (var token in Tokens(expression, schema))
            if (Means(token, from, schema))
            {
                text.Append(expression, end, token.Span.Start - end).Append('"').Append(to.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
                end = token.Span.End;
            }

        return text.Append(expression, end, expression.Length - end).ToString();
    }

    private static List<Token> Tokens(string expression, DatabaseSchema schema) =>
        Lexer.ReadAll(new SourceText("", expression), new SourceSpan(0, expression.Length), schema.Dialect);

    private static bool Means(Token token, string name, DatabaseSchema schema) => token.Kind switch
    {
        TokenKind.Word => schema.Names.Equals(schema.Dialect == Dialect.Postgres ? token.Value.ToLowerInvariant() : token.Value, name),
        TokenKind.QuotedName => schema.Names.Equals(token.Value, name),
        _ => false,
    };
}

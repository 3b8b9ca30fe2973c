using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Parsing;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>A column that a check holds to one value: <c>CHECK (id = 1)</c>, the usual way to a table of one row.</summary>
internal static class OneValue
{
    /// <summary>Whether all rows have the same value in it. Only whole numbers and booleans count: with texts the collation would matter.</summary>
    public static bool Of(TableSchema table, ColumnSchema? column, DatabaseSchema schema) =>
        // A check is content with NULL; and one that is NOT VALID does not know the old rows.
        column is { NotNull: true } && Kind(column, schema.Dialect) is { } kind
        && table.Checks.Any(check => !check.NotValid && SqlParser.ReadExpression(check.Expression, schema.Dialect) is { } expression
            && Facts.Parts(expression).Any(part => Holds(part, column, kind, schema)));

    private static bool Holds(Expression part, ColumnSchema column, LiteralKind kind, DatabaseSchema schema)
    {
        bool IsColumn(Expression expression) => expression is ColumnReference { Qualifier: null } name && schema.Names.Equals(name.Column, column.Name);
        bool IsValue(Expression expression) => expression is LiteralExpression literal && literal.Kind == kind && literal.Value.All(char.IsAsciiLetterOrDigit);
        return part is BinaryExpression { Operator: "=" } equal && (IsColumn(equal.Left) && IsValue(equal.Right) || IsColumn(equal.Right) && IsValue(equal.Left))
            || kind == LiteralKind.Boolean && IsColumn(part);
    }

    private static LiteralKind? Kind(ColumnSchema column, Dialect dialect) => dialect == Dialect.Sqlite
        ? column.Type.ToUpperInvariant() is "INTEGER" or "INT" ? LiteralKind.Number : null
        : ValueTypes.Normal(column.Type) switch { "integer" or "bigint" or "smallint" => LiteralKind.Number, "boolean" => LiteralKind.Boolean, _ => null };
}

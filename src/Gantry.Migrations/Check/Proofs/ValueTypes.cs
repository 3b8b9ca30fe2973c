using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Parsing;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>What type a value has, as far as the text and the schema tell.</summary>
internal static class ValueTypes
{
    /// <summary>A type that adapts to what it is compared with: a literal in quotes, a parameter, NULL.</summary>
    public const string Adapts = "?";

    /// <summary>PostgreSQL's name of a type without lengths: <c>VARCHAR(36)</c> is <c>character varying</c>. Empty when there is none.</summary>
    public static string Normal(string type)
    {
        var text = type.ToLowerInvariant();
        while (text.IndexOf('(', StringComparison.Ordinal) is var open and >= 0)
        {
            var close = text.IndexOf(')', open);
            text = close < 0 ? text[..open] : text[..open] + text[(close + 1)..];
        }

        text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        foreach (var schema in new[] { "pg_catalog.", "public." })
            text = text.StartsWith(schema, StringComparison.Ordinal) ? text[schema.Length..] : text;
        return SqlParser.NormalizeType(text);
    }

    /// <summary>PostgreSQL's type of an expression; null when it is not known.</summary>
    public static string? Of(Expression expression, Scope scope)
    {
        switch (expression)
        {
            case LiteralExpression { Kind: LiteralKind.Number } number:
                return number.Value.AsSpan().IndexOfAny('.', 'e', 'E') < 0 || number.Value.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? number.Value.Length < 10 ? "integer" : number.Value.Length < 19 ? "bigint" : "numeric" : "numeric";
            case LiteralExpression { Kind: LiteralKind.Boolean }:
                return "boolean";
            case LiteralExpression { Kind: LiteralKind.String or LiteralKind.Null } or ParameterExpression:
                return Adapts;
            case TypedLiteral typed:
                return typed.Type.Name;
            case CastExpression cast:
                return cast.Type.Name.Length == 0 ? null : cast.Type.Array ? cast.Type.Name + "[]" : cast.Type.Name;
            case ColumnReference column:
                return OfColumn(column, scope);
            case UnaryExpression { Operator: "-" or "+" } signed:
                return Of(signed.Operand, scope);
            case BinaryExpression { Operator: "+" or "-" or "*" or "/" or "%" } sum:
                return Widest(Of(sum.Left, scope), Of(sum.Right, scope));
            case BinaryExpression { Operator: "->>" or "#>>" }:
                return "text";
            case SubqueryExpression { Query.Body: SelectBody { Items: [var item] } select } subquery when subquery.Query.With is null:
                var inner = SelectProof.Of(select, scope.Schema, scope);
                FromTree.Build(select.From, inner, null);
                return Of(item.Value, inner);
            case FunctionCall { Name.Last: "max" or "min", Arguments: [var argument], Over: null }:
                return Of(argument, scope);
            case FunctionCall { Name.Last: "count" }:
                return "bigint";
            case FunctionCall { Name.Last: "length" or "char_length" or "octet_length" or "cardinality" or "strpos" }:
                return "integer";
            case FunctionCall call when KnownFunctions.GivesText(call):
                return "text";
            case FunctionCall { Name.Last: "coalesce" or "greatest" or "least" or "nullif" } call:
                var types = call.Arguments.Select(argument => Of(argument, scope)).Where(type => type != Adapts).Distinct().ToList();
                return types is [var only] ? only : null;
            default:
                return null;
        }
    }

    private static string? OfColumn(ColumnReference column, Scope scope)
    {
        var meaning = scope.Resolve(column);
        if (meaning.Schema(scope.Schema.Names) is { } known)
            return known.Type.Length == 0 ? null : Normal(known.Type);
        var outermost = scope;
        while (outermost.Outer is not null)
            outermost = outermost.Outer;
        if (meaning.Relation is null && column.Parts.Count == 1 && outermost.Variables.TryGetValue(column.Column, out var variable) && variable.Length > 0)
            return variable;
        return column.Qualifier is "new" or "old" && meaning is { Inner: false, Relation: null } ? OfRow(column.Column, scope.Schema) : null;
    }

    // NEW in a function of PL/pgSQL is a row of the table whose trigger calls it, which is not known here: the type that all columns of this name have.
    private static string? OfRow(string column, DatabaseSchema schema)
    {
        var types = schema.Tables.SelectMany(table => table.Columns).Where(candidate => candidate.Name == column).Select(candidate => Normal(candidate.Type)).Distinct().ToList();
        return types is [{ Length: > 0 } only] ? only : null;
    }

    private static string? Widest(string? left, string? right)
    {
        string[] order = ["smallint", "integer", "bigint", "numeric"];
        var (first, second) = (Array.IndexOf(order, left), Array.IndexOf(order, right));
        return first < 0 || second < 0 ? null : order[Math.Max(first, second)];
    }
}

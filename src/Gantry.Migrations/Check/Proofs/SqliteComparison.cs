using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>
/// SQLite: whether <c>column = value</c> leaves only rows whose columns are equal as the column's own unique index sees them. It does not when the
/// comparison applies an affinity to the column (to '1' and '01' the one of a number), or goes by a collation that the left side brings.
/// </summary>
internal static class SqliteComparison
{
    private const string Numeric = "numeric", Text = "text", Blob = "blob";

    /// <summary>The collation under which the rows are equal (empty for byte by byte), or null when the comparison proves nothing.</summary>
    /// <param name="column">The column; one without a type for a key's expression.</param>
    /// <param name="columnSide">The side on which it stands; null where USING named it.</param>
    /// <param name="value">What it is compared with.</param>
    /// <param name="columnIsLeft">Whether the column stands on the left.</param>
    /// <param name="equality">The comparison.</param>
    /// <param name="scope">Where.</param>
    public static string? Collation(ColumnSchema column, Expression? columnSide, Operand value, bool columnIsLeft, Equality equality, Scope scope)
    {
        if (equality.OfBoolean)
            return null;
        var mine = Affinity(column.Type);
        var theirs = Affinity(value, scope);
        if (mine == Text && theirs is not (Text or Blob) || mine == Blob && theirs != Blob)
            return null;

        var named = new[] { columnSide, value.Expression }.SelectMany(side => side?.All().OfType<CollateExpression>() ?? [])
            .Select(collate => Binary(collate.Collation.Last)).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (named.Count > 0)
            return named.Count == 1 ? named[0] : null;
        if (columnIsLeft && columnSide is null or ColumnReference)
            return Binary(column.Collation);
        return Column(value, scope) is not var (isColumn, known) || !isColumn ? Binary(column.Collation) : known is null ? null : Binary(known.Collation);
    }

    /// <summary>BINARY is the empty one here: only identical texts are equal.</summary>
    public static string Binary(string? collation) => collation is null || collation.Equals("BINARY", StringComparison.OrdinalIgnoreCase) ? "" : collation.ToUpperInvariant();

    /// <summary>The affinity of a declared type.</summary>
    public static string Affinity(string type)
    {
        bool Has(string part) => type.Contains(part, StringComparison.OrdinalIgnoreCase);
        return Has("INT") ? Numeric : Has("CHAR") || Has("CLOB") || Has("TEXT") ? Text : Has("BLOB") || type.Length == 0 ? Blob : Numeric;
    }

    // Null when it is not known: it may be any.
    private static string? Affinity(Operand value, Scope scope)
    {
        if (value.Expression is null)
            return value.Relation!.Find(value.Column!, scope.Schema.Names)?.Schema is { } merged ? Affinity(merged.Type) : null;
        switch (value.Expression)
        {
            case ColumnReference reference:
                var meaning = scope.Resolve(reference);
                return meaning.Schema(scope.Schema.Names) is { } known ? Affinity(known.Type) : null;
            case CastExpression cast:
                return Affinity(cast.Type.Text);
            case CollateExpression collate:
                return Affinity(new Operand(collate.Operand), scope);
            case LiteralExpression or ParameterExpression or FunctionCall or BinaryExpression { Operator: not ("AND" or "OR") } or CaseExpression:
                return Blob;
            default:
                return null;
        }
    }

    // Behind casts and plus signs a column is still a column.
    private static (bool IsColumn, ColumnSchema? Known)? Column(Operand value, Scope scope)
    {
        if (value.Expression is null)
            return (true, value.Relation!.Find(value.Column!, scope.Schema.Names)?.Schema);
        var expression = value.Expression;
        while (expression is CastExpression or UnaryExpression { Operator: "+" })
            expression = expression is CastExpression cast ? cast.Operand : ((UnaryExpression)expression).Operand;
        return expression is ColumnReference reference ? (true, scope.Resolve(reference).Schema(scope.Schema.Names))
            : expression is SubqueryExpression or RowExpression ? (true, null) : (false, null);
    }
}

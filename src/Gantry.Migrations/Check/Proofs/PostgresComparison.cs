using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>
/// PostgreSQL: whether <c>column = value</c> leaves only rows whose columns are equal as the column's own unique index sees them. It does not when
/// the column is first turned into another type in which different values are equal: a bigint into a double precision, a varchar into a char.
/// </summary>
internal static class PostgresComparison
{
    // What a comparison with a value of any type at all cannot harm: there is no implicit cast from these that would make two values one.
    private static readonly HashSet<string> Robust =
        ["uuid", "integer", "smallint", "text", "boolean", "bytea", "date", "character", "real", "double precision", "timestamp with time zone", "time with time zone", "interval", "inet", "cidr", "macaddr"];

    private static readonly Dictionary<string, string[]> Harmless = new()
    {
        ["smallint"] = ["integer", "bigint", "numeric"],
        ["integer"] = ["smallint", "bigint", "numeric"],
        ["bigint"] = ["smallint", "integer", "numeric"],
        ["numeric"] = ["smallint", "integer", "bigint"],
        ["real"] = ["double precision"],
        ["double precision"] = ["smallint", "integer", "bigint", "numeric", "real"],
        ["text"] = ["character varying", "character"],
        ["character varying"] = ["text"],
        ["character"] = ["character varying", "text"],
        ["date"] = ["timestamp", "timestamp with time zone"],
        ["timestamp"] = ["date"],
        ["timestamp with time zone"] = ["timestamp", "date"],
    };

    /// <summary>The collation under which the rows are equal (empty for byte by byte), or null when the comparison proves nothing.</summary>
    public static string? Collation(ColumnSchema column, Operand value, Expression? columnSide, Equality equality, Scope scope)
    {
        var type = ValueTypes.Normal(column.Type);
        if (equality.OfBoolean && type != "boolean")
            return null;
        var other = value.Expression is { } expression ? ValueTypes.Of(expression, scope)
            : value.Relation!.Find(value.Column!, scope.Schema.Names)?.Schema is { Type.Length: > 0 } known ? ValueTypes.Normal(known.Type) : null;
        if (!Fits(type, other, value.Expression))
            return null;

        var named = new[] { columnSide, value.Expression }.SelectMany(side => side?.All().OfType<CollateExpression>() ?? []).Select(collate => collate.Collation.Last).Distinct().ToList();
        if (named.Count > 1)
            return null;
        var declared = Exact(column.Collation);
        var theirs = value.Expression is ColumnReference reference ? Exact(scope.Resolve(reference).Schema(scope.Schema.Names)?.Collation) : "";
        return named.Count == 1 ? Exact(named[0]) : theirs.Length > 0 && theirs != declared ? null : declared;
    }

    /// <summary>A collation under which only identical texts are equal is the empty one here. That a collation of one's own is such a one is not known.</summary>
    public static string Exact(string? collation) =>
        collation is null or "default" or "C" or "POSIX" or "ucs_basic" or "C.UTF-8" or "C.utf8" or "unicode" or "pg_c_utf8"
            || collation.EndsWith(".utf8", StringComparison.Ordinal) || collation.EndsWith(".UTF-8", StringComparison.Ordinal) || collation.EndsWith("-x-icu", StringComparison.Ordinal)
            ? "" : collation;

    private static bool Fits(string type, string? other, Expression? value) => other switch
    {
        ValueTypes.Adapts => true,
        null => Robust.Contains(type),
        // Where the column's own type is not known, a number as it stands is the narrower of the two.
        _ when type.Length == 0 => value is LiteralExpression,
        _ => other == type || Harmless.GetValueOrDefault(type)?.Contains(other) == true,
    };
}

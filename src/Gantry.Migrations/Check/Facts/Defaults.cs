using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Facts;

/// <summary>PostgreSQL: whether a default is one value for all rows, so that adding a column with it leaves the rows as they are (since version 11).</summary>
internal static class Defaults
{
    // Functions that the documentation marks as stable or immutable and that people use as defaults. Any other may be volatile.
    private static readonly HashSet<string> Steady = new(StringComparer.OrdinalIgnoreCase)
    {
        "now", "transaction_timestamp", "statement_timestamp", "current_setting", "current_database", "current_schema", "timezone", "date_trunc", "extract", "date_part",
        "to_timestamp", "to_date", "to_char", "coalesce", "nullif", "greatest", "least", "lower", "upper", "concat", "concat_ws", "md5", "length", "trim", "btrim", "replace",
        "array_append", "jsonb_build_object", "json_build_object", "jsonb_build_array", "json_build_array", "make_date", "make_interval", "make_timestamp", "make_timestamptz",
        "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange", "abs", "round", "floor", "ceil", "to_tsvector",
    };

    public static bool IsOneForAll(Expression value) =>
        value.All().All(node => node is not (FunctionCall or SubqueryExpression)
            || node is FunctionCall call && (call.Name.Parts.Count == 1 || call.Name.Parts[0].Text == "pg_catalog") && Steady.Contains(call.Name.Last));
}

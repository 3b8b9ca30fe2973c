namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>Names as they are written in SQL: plain where that means the same, quoted where it would not.</summary>
internal static class SqlName
{
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "all", "and", "any", "as", "asc", "between", "by", "case", "cast", "check", "collate", "column", "constraint", "create", "cross", "current_date", "current_time", "current_timestamp",
        "current_user", "default", "deferrable", "delete", "desc", "distinct", "do", "drop", "else", "end", "escape", "except", "exists", "false", "fetch", "for", "foreign", "from", "full", "grant",
        "group", "having", "if", "in", "index", "initially", "inner", "insert", "intersect", "into", "is", "isnull", "join", "key", "leading", "left", "like", "limit", "localtime", "localtimestamp",
        "natural", "not", "notnull", "null", "offset", "on", "only", "or", "order", "outer", "overlaps", "placing", "primary", "references", "returning", "right", "select", "session_user", "set", "some",
        "symmetric", "table", "then", "to", "trailing", "transaction", "true", "union", "unique", "update", "user", "using", "values", "variadic", "verbose", "when", "where", "window", "with", "analyze",
        "array", "both", "end", "lateral", "abort", "action", "add", "alter", "attach", "authorization", "binary", "concurrently", "freeze", "ilike", "similar", "tablesample", "trigger", "virtual",
    };

    /// <summary>A table's name; <c>schema.table</c> in two parts on PostgreSQL.</summary>
    public static string Table(string name, Dialect dialect) =>
        dialect == Dialect.Postgres && name.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 ? $"{Quote(name[..dot])}.{Quote(name[(dot + 1)..])}" : Quote(name);

    /// <summary>A column's name.</summary>
    public static string Quote(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_') && !Reserved.Contains(name)
            ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

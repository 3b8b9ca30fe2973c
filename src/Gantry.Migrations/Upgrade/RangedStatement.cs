using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Upgrade;

/// <summary>
/// A backfill's statement, narrowed to a range of its key: <c>AND v.id &gt; @gantry_low AND v.id &lt;= @gantry_high</c> is put behind its WHERE, under the name
/// by which the statement itself knows the table. Read by its words outside parentheses, where WHERE, FROM and RETURNING are never names.
/// </summary>
/// <param name="Table">The table as the statement writes it.</param>
/// <param name="Qualifier">The name by which the statement knows it: its alias, if it has one.</param>
/// <param name="Text">With <see cref="Range"/> in place of the condition.</param>
internal sealed record RangedStatement(string Table, string Qualifier, string Text)
{
    /// <summary>What stands where the condition goes.</summary>
    private const string Range = "\u0001";

    private static readonly string[] Aggregates =
        ["COUNT", "SUM", "AVG", "MIN", "MAX", "TOTAL", "GROUP_CONCAT", "STRING_AGG", "ARRAY_AGG", "JSON_AGG", "JSONB_AGG", "JSON_GROUP_ARRAY", "BOOL_AND", "BOOL_OR", "EVERY"];

    /// <summary>Narrows a statement.</summary>
    /// <param name="statement">UPDATE, DELETE, or INSERT … SELECT.</param>
    /// <param name="table">The table to go through, as the directive names it.</param>
    /// <param name="why">Why it cannot be narrowed; null when it can.</param>
    public static RangedStatement? Of(StatementText statement, string table, out string? why)
    {
        var outside = Outside(statement);
        var verb = outside.FindIndex(token => token.Is("UPDATE") || token.Is("DELETE") || token.Is("INSERT"));
        if (verb < 0)
            return Refuse(out why, "a backfill takes one UPDATE, DELETE or INSERT … SELECT.");
        return outside[verb].Is("INSERT") ? OfInsert(statement, outside, verb, table, out why) : OfChange(statement, outside, verb, table, out why);
    }

    /// <summary>The statement for one range.</summary>
    /// <param name="condition">Made by the caller, for <see cref="Qualifier"/>.</param>
    public string For(string condition) => Text.Replace(Range, condition, StringComparison.Ordinal);

    private static RangedStatement? OfChange(StatementText statement, List<Token> outside, int verb, string table, out string? why)
    {
        var at = verb + 1;
        while (outside[at].Is("FROM") || outside[at].Is("ONLY"))
            at++;
        if (outside[at].Is("OR"))
            at += 2;
        if (!ReadName(statement, outside, ref at, table, out var name, out var qualifier))
            return Refuse(out why, $"it must change {table}, the table that the directive names.");
        var forbidden = outside.Skip(at).FirstOrDefault(token => token.Is("LIMIT") || token.Is("ORDER") || token.Is("OFFSET"));
        if (forbidden.Kind == TokenKind.Word)
            return Refuse(out why, $"{forbidden.Value.ToUpperInvariant()} means something else in each batch: leave it out.");
        return Narrow(statement, outside, at, ["RETURNING"], name, qualifier, out why);
    }

    private static RangedStatement? OfInsert(StatementText statement, List<Token> outside, int verb, string table, out string? why)
    {
        var select = outside.FindIndex(verb, token => token.Is("SELECT"));
        var from = select < 0 ? -1 : outside.FindIndex(select, token => token.Is("FROM"));
        if (from < 0)
            return Refuse(out why, $"an INSERT is narrowed by its SELECT … FROM {table}; this one has none.");
        foreach (var word in (string[])["GROUP", "HAVING", "LIMIT", "OFFSET", "UNION", "INTERSECT", "EXCEPT", "DISTINCT", "WINDOW", "OVER", "FETCH"])
            if (outside.Skip(select).Any(token => token.Is(word)))
                return Refuse(out why, $"{word} means something else in each batch: leave it out.");
        for (var i = select; i < from; i++)
            if (outside[i + 1].IsMark("(") && Aggregates.Contains(outside[i].Value.ToUpperInvariant()))
                return Refuse(out why, $"{outside[i].Value}(…) over {table} means something else in each batch: leave it out.");

        // The table may stand anywhere in FROM: at its begin, behind a comma, behind JOIN.
        for (var i = from; i < outside.Count; i++)
        {
            var at = i + 1;
            if ((outside[i].Is("FROM") || outside[i].Is("JOIN") || outside[i].IsMark(",")) && ReadName(statement, outside, ref at, table, out var name, out var qualifier))
                return Narrow(statement, outside, from, ["RETURNING", "ON CONFLICT", "ORDER"], name, qualifier, out why);
        }
        return Refuse(out why, $"its SELECT does not read {table}, the table that the directive names.");
    }

    private static RangedStatement Narrow(
        StatementText statement, List<Token> outside, int from, string[] ends, string name, string qualifier, out string? why)
    {
        why = null;
        var where = outside.FindIndex(from, token => token.Is("WHERE"));
        var end = outside.FindIndex(Math.Max(from, where), token => Ends(outside, token, ends));
        var tail = end < 0 || outside[end].Kind == TokenKind.End ? statement.Span.End : outside[end].Span.Start;
        var text = statement.Source.Text;
        var narrowed = where < 0
            ? $"{text[statement.Span.Start..tail]} WHERE {Range} {text[tail..statement.Span.End]}"
            // A comment to the end of the line must not swallow the bracket.
            : $"{text[statement.Span.Start..outside[where].Span.End]} ({text[outside[where].Span.End..tail]}\n) AND {Range} {text[tail..statement.Span.End]}";
        return new RangedStatement(name, qualifier, narrowed);
    }

    private static bool Ends(List<Token> outside, Token token, string[] ends) =>
        token.Kind == TokenKind.End
        || ends.Any(end => end == "ON CONFLICT" ? token.Is("ON") && outside[outside.IndexOf(token) + 1].Is("CONFLICT") : token.Is(end));

    /// <summary>Reads <c>[schema.]table [* ] [[AS] alias]</c>, if it is the table in question.</summary>
    private static bool ReadName(StatementText statement, List<Token> outside, ref int at, string table, out string name, out string qualifier)
    {
        (name, qualifier) = ("", "");
        if (outside[at].Is("ONLY"))
            at++;
        if (!IsName(outside[at]))
            return false;
        var first = at;
        while (outside[at + 1].IsMark(".") && IsName(outside[at + 2]))
            at += 2;
        var text = statement.Source.Text;
        name = text[outside[first].Span.Start..outside[at].Span.End];
        var bare = string.Join('.', outside.Skip(first).Take(at - first + 1).Where(IsName).Select(token => token.Value));
        if (!bare.Equals(table, StringComparison.OrdinalIgnoreCase) && !outside[at].Value.Equals(table, StringComparison.OrdinalIgnoreCase))
            return false;
        qualifier = text[outside[at].Span.Start..outside[at].Span.End];
        at++;
        if (outside[at].IsMark("*"))
            at++;
        if (outside[at].Is("AS"))
            at++;
        if (IsName(outside[at]) && !IsClause(outside[at]))
            qualifier = text[outside[at].Span.Start..outside[at++].Span.End];
        return true;
    }

    private static bool IsName(Token token) => token.Kind is TokenKind.Word or TokenKind.QuotedName;

    private static bool IsClause(Token token) =>
        token.Kind == TokenKind.Word && token.Value.ToUpperInvariant() is "SET" or "WHERE" or "FROM" or "USING" or "RETURNING" or "JOIN" or "INNER" or "LEFT" or "RIGHT"
            or "FULL" or "CROSS" or "NATURAL" or "ON" or "ORDER" or "INDEXED" or "NOT" or "TABLESAMPLE" or "LIMIT";

    /// <summary>The tokens outside parentheses; the opening ones are kept.</summary>
    private static List<Token> Outside(StatementText statement)
    {
        var outside = new List<Token>();
        var depth = 0;
        foreach (var token in statement.Tokens)
        {
            if (token.IsMark(")"))
                depth--;
            if (depth == 0)
                outside.Add(token);
            if (token.IsMark("("))
                depth++;
        }
        return outside;
    }

    private static RangedStatement? Refuse(out string? why, string because)
    {
        why = because;
        return null;
    }
}

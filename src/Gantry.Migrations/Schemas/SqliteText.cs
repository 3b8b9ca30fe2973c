using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Schemas;

/// <summary>The parts of a CREATE statement that SQLite keeps only as text. It accepted the text, so that it is known to be well formed.</summary>
internal static class SqliteText
{
    /// <summary>The CHECK constraints of a CREATE TABLE, of columns and of the table, in order.</summary>
    public static IReadOnlyList<CheckConstraint> Checks(string createTable)
    {
        var checks = new List<CheckConstraint>();
        var tokens = Tokens(createTable);
        for (var i = 0; i + 1 < tokens.Count; i++)
            if (tokens[i].Is("CHECK") && tokens[i + 1].IsMark("("))
            {
                var close = Close(tokens, i + 1);
                var inner = createTable[tokens[i + 1].Span.End..tokens[close].Span.Start].Trim();
                checks.Add(new CheckConstraint(i >= 2 && tokens[i - 2].Is("CONSTRAINT") ? tokens[i - 1].Value : null, inner));
                i = close;
            }
        return checks;
    }

    /// <summary>The parts of a CREATE INDEX as written, without ASC and DESC.</summary>
    public static IReadOnlyList<string> IndexParts(string createIndex)
    {
        var tokens = Tokens(createIndex);
        var open = tokens.FindIndex(token => token.IsMark("("));
        if (open < 0)
            return [];

        var close = Close(tokens, open);
        var parts = new List<string>();
        for (int i = open + 1, start = tokens[open].Span.End, depth = 0; i <= close; i++)
        {
            depth += Depth(tokens[i]);
            if (i != close && (depth != 0 || !tokens[i].IsMark(",")))
                continue;
            var last = tokens[i - 1];
            var end = last.Is("ASC") || last.Is("DESC") ? last.Span.Start : tokens[i].Span.Start;
            parts.Add(createIndex[start..end].Trim());
            start = tokens[i].Span.End;
        }
        return parts;
    }

    /// <summary>The WHERE of a partial index; null when there is none.</summary>
    public static string? IndexPredicate(string? createIndex)
    {
        if (createIndex is null)
            return null;
        var tokens = Tokens(createIndex);
        var open = tokens.FindIndex(token => token.IsMark("("));
        var where = open < 0 ? -1 : tokens.FindIndex(Close(tokens, open), token => token.Is("WHERE"));
        return where < 0 ? null : createIndex[tokens[where].Span.End..].Trim();
    }

    private static List<Token> Tokens(string sql) => Lexer.ReadAll(new SourceText("", sql), new SourceSpan(0, sql.Length), Dialect.Sqlite);

    private static int Depth(Token token) => token.IsMark("(") ? 1 : token.IsMark(")") ? -1 : 0;

    private static int Close(List<Token> tokens, int open)
    {
        var depth = 0;
        for (var i = open; i < tokens.Count; i++)
        {
            depth += Depth(tokens[i]);
            if (depth == 0)
                return i;
        }
        return tokens.Count - 1;
    }
}

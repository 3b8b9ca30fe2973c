namespace Gantry.Migrations.Schemas;

/// <summary>The parts of a CREATE statement that SQLite keeps only as text. It accepted the text, so that it is known to be well formed.</summary>
internal static class SqliteText
{
    /// <summary>The CHECK constraints of a CREATE TABLE, of columns and of the table, in order.</summary>
    public static IReadOnlyList<CheckConstraint> Checks(string createTable)
    {
        var checks = new List<CheckConstraint>();
        var words = Words(createTable);
        for (var i = 0; i + 1 < words.Count; i++)
            if (Is(words[i], "CHECK") && words[i + 1].Text == "(")
            {
                var close = Close(words, i + 1);
                var inner = createTable[(words[i + 1].Start + 1)..words[close].Start].Trim();
                checks.Add(new CheckConstraint(i >= 2 && Is(words[i - 2], "CONSTRAINT") ? Unquote(words[i - 1].Text) : null, inner));
                i = close;
            }
        return checks;
    }

    /// <summary>The parts of a CREATE INDEX as written, without ASC and DESC.</summary>
    public static IReadOnlyList<string> IndexParts(string createIndex)
    {
        var words = Words(createIndex);
        var open = words.FindIndex(word => word.Text == "(");
        if (open < 0)
            return [];

        var close = Close(words, open);
        var parts = new List<string>();
        for (int i = open + 1, start = words[open].Start + 1, depth = 0; i <= close; i++)
        {
            depth += words[i].Text switch { "(" => 1, ")" => -1, _ => 0 };
            if (i != close && (depth != 0 || words[i].Text != ","))
                continue;
            var last = words[i - 1];
            var end = Is(last, "ASC") || Is(last, "DESC") ? last.Start : words[i].Start;
            parts.Add(createIndex[start..end].Trim());
            start = words[i].Start + 1;
        }
        return parts;
    }

    /// <summary>The WHERE of a partial index; null when there is none.</summary>
    public static string? IndexPredicate(string? createIndex)
    {
        if (createIndex is null)
            return null;
        var words = Words(createIndex);
        var open = words.FindIndex(word => word.Text == "(");
        var where = open < 0 ? -1 : words.FindIndex(Close(words, open), word => Is(word, "WHERE"));
        return where < 0 ? null : createIndex[(words[where].Start + "WHERE".Length)..].Trim();
    }

    private static bool Is((int Start, string Text) word, string keyword) => word.Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    private static string Unquote(string name) => name is ['"' or '`' or '[' or '\'', .., _] ? name[1..^1] : name;

    private static int Close(List<(int Start, string Text)> words, int open)
    {
        var depth = 0;
        for (var i = open; i < words.Count; i++)
        {
            depth += words[i].Text switch { "(" => 1, ")" => -1, _ => 0 };
            if (depth == 0)
                return i;
        }
        return words.Count - 1;
    }

    /// <summary>Words, quoted things as one, and single characters; comments and blanks left out.</summary>
    private static List<(int Start, string Text)> Words(string sql)
    {
        var words = new List<(int, string)>();
        for (var at = 0; at < sql.Length;)
        {
            var end = End(sql, at);
            if (!char.IsWhiteSpace(sql[at]) && !sql.AsSpan(at).StartsWith("--") && !sql.AsSpan(at).StartsWith("/*"))
                words.Add((at, sql[at..end]));
            at = end;
        }
        return words;
    }

    private static int End(string sql, int at)
    {
        var rest = sql.AsSpan(at);
        if (rest.StartsWith("--"))
            return After(sql, at + 2, "\n");
        if (rest.StartsWith("/*"))
            return After(sql, at + 2, "*/");
        if (sql[at] is '\'' or '"' or '`' or '[')
        {
            var close = sql[at] == '[' ? ']' : sql[at];
            var end = at + 1;
            while (end < sql.Length && (sql[end] != close || (close != ']' && end + 1 < sql.Length && sql[end + 1] == close)))
                end += sql[end] == close ? 2 : 1;
            return Math.Min(end + 1, sql.Length);
        }
        var word = at;
        while (word < sql.Length && (char.IsLetterOrDigit(sql[word]) || sql[word] is '_' or '$'))
            word++;
        return word > at ? word : at + 1;
    }

    private static int After(string sql, int from, string end) => sql.IndexOf(end, from, StringComparison.Ordinal) is var at and >= 0 ? at + end.Length : sql.Length;
}

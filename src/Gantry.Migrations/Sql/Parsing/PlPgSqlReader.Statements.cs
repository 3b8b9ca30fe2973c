using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <content>Statements that end at a semicolon.</content>
internal sealed partial class PlPgSqlReader
{
    private void Simple(Token first)
    {
        var assigned = IsAssignment();
        var tokens = Until();
        if (assigned > 0)
        {
            Evaluate(tokens[(assigned + 1)..]);
            return;
        }

        switch (first.Kind == TokenKind.Word ? first.Value.ToUpperInvariant() : "")
        {
            case "RETURN":
                Return(tokens[1..]);
                break;
            case "PERFORM":
                // It is SELECT with another first word.
                Statement([tokens[0] with { Value = "SELECT" }, .. tokens[1..]]);
                break;
            case "EXECUTE":
                Dynamic(tokens);
                break;
            case "RAISE":
                Arguments(tokens);
                break;
            case "ASSERT":
                Evaluate(tokens[1..]);
                break;
            case "EXIT" or "CONTINUE":
                var when = tokens.FindIndex(token => token.Is("WHEN"));
                if (when > 0)
                    Evaluate(tokens[(when + 1)..]);
                break;
            case "OPEN":
                Open(tokens);
                break;
            case "NULL" or "GET" or "FETCH" or "MOVE" or "CLOSE" or "COMMIT" or "ROLLBACK":
                break;
            default:
                Statement(tokens);
                break;
        }
    }

    private void Return(List<Token> tokens)
    {
        if (tokens.Count == 0)
            return;
        if (tokens[0].Is("QUERY") && tokens.Count > 1 && tokens[1].Is("EXECUTE"))
            Dynamic(tokens[1..]);
        else if (tokens[0].Is("QUERY"))
            Statement(tokens[1..]);
        else
            Evaluate(tokens[0].Is("NEXT") ? tokens[1..] : tokens);
    }

    private void Open(List<Token> tokens)
    {
        var query = tokens.FindIndex(token => token.Is("FOR"));
        if (query > 0 && query + 1 < tokens.Count && tokens[query + 1].Is("EXECUTE"))
            Dynamic(tokens[(query + 1)..]);
        else if (query > 0)
            Statement(tokens[(query + 1)..]);
    }

    // RAISE NOTICE 'a % b', x, (SELECT …)
    private void Arguments(List<Token> tokens)
    {
        var depth = 0;
        var start = -1;
        for (var i = 1; i <= tokens.Count; i++)
        {
            if (i == tokens.Count || depth == 0 && (tokens[i].IsMark(",") || tokens[i].Is("USING")))
            {
                if (start > 0)
                    Evaluate(tokens[start..i]);
                start = i + 1;
            }
            else
            {
                depth += tokens[i].IsMark("(") ? 1 : tokens[i].IsMark(")") ? -1 : 0;
            }
        }
    }

    // A text that is run. As a single string it can be read; put together from parts it cannot.
    private void Dynamic(List<Token> tokens)
    {
        if (tokens.Count < 2)
            return;
        var text = tokens[1];
        var raw = _source.Slice(text.Span);
        if (text.Kind == TokenKind.String && (tokens.Count == 2 || tokens[2].Is("INTO") || tokens[2].Is("USING")) && raw[0] is '$' or '\'' && !text.Value.Contains('\''))
        {
            var tag = raw[0] == '$' ? raw[1..].IndexOf('$') + 2 : 1;
            foreach (var inner in StatementSplitter.Split(_source, new SourceSpan(text.Span.Start + tag, text.Span.Length - 2 * tag), Dialect.Postgres))
                _statements.Add(_read(_source, inner.Span, inner.Tokens));
            return;
        }

        // Its first words tell whether it changes rows, if they are there to be seen.
        var literal = tokens.Find(token => token.Kind == TokenKind.String);
        var verb = literal.Kind == TokenKind.String ? literal.Value.TrimStart().Split([' ', '\n', '\t', '('], 2)[0].ToUpperInvariant() : "";
        var harmless = verb is "ALTER" or "CREATE" or "DROP" or "GRANT" or "REVOKE" or "COMMENT" or "SET" or "RESET" or "ANALYZE" or "REINDEX" or "NOTIFY" or "LOCK";
        _statements.Add(new UnreadStatement("EXECUTE", "its text is put together when it is run", _source.At(text.Span.Start), !harmless) { Span = Span(tokens), Source = _source });
    }

    // x := …, x.f[1] = …: where the operator is; -1 when it is no assignment.
    private int IsAssignment()
    {
        if (Peek().Kind is not (TokenKind.Word or TokenKind.QuotedName or TokenKind.Parameter))
            return -1;
        var ahead = 1;
        while (Peek(ahead).IsMark(".") || Peek(ahead).IsMark("["))
        {
            if (Peek(ahead).IsMark("."))
            {
                ahead += 2;
                continue;
            }

            var depth = 0;
            do
            {
                depth += Peek(ahead).IsMark("[") ? 1 : Peek(ahead).IsMark("]") ? -1 : 0;
                ahead++;
            }
            while (depth > 0 && Peek(ahead).Kind != TokenKind.End && !Peek(ahead).IsMark(";"));
        }

        return Peek(ahead).IsMark(":=") || Peek(ahead).IsMark("=") ? ahead : -1;
    }

    // The tokens up to the semicolon (or the word) that is in no parentheses and in no CASE.
    private List<Token> Until(string? word = null)
    {
        var tokens = new List<Token>();
        var parentheses = 0;
        var cases = 0;
        for (; Peek().Kind != TokenKind.End; _at++)
        {
            var token = Peek();
            if (parentheses == 0 && (token.IsMark(";") || cases == 0 && word is not null && token.Is(word)))
                break;
            parentheses = Math.Max(0, parentheses + (token.IsMark("(") ? 1 : token.IsMark(")") ? -1 : 0));
            cases = Math.Max(0, cases + (token.Is("CASE") ? 1 : token.Is("END") ? -1 : 0));
            tokens.Add(token);
        }

        return tokens;
    }

    private void Statement(List<Token> tokens)
    {
        if (tokens.Count > 0)
            _statements.Add(_read(_source, Span(tokens), WithEnd(tokens)));
    }

    // PL/pgSQL itself runs SELECT before each expression: x := a FROM t is one too.
    private void Evaluate(List<Token> tokens)
    {
        if (tokens.Count == 0 || !tokens.Exists(static token => token.Is("SELECT") || token.Is("FROM") || token.Is("VALUES") || token.Is("TABLE")))
            return;
        var select = new Token(TokenKind.Word, new SourceSpan(tokens[0].Span.Start, 0), "SELECT");
        var read = _read(_source, Span(tokens), WithEnd([select, .. tokens]));
        _statements.Add(read is SelectStatement { Query.Body: SelectBody { From.Count: 0, Items: [var item] } }
            ? new EvaluateStatement(item.Value) { Span = read.Span, Source = _source } : read);
    }

    private static List<Token> WithEnd(List<Token> tokens) => [.. tokens, new Token(TokenKind.End, new SourceSpan(tokens[^1].Span.End, 0), "")];

    private void Unread(List<Token> tokens, string why)
    {
        if (tokens.Count > 0)
            _statements.Add(new UnreadStatement("", $"{tokens[0]} {why}", _source.At(tokens[0].Span.Start), true) { Span = Span(tokens), Source = _source });
    }

    private static SourceSpan Span(List<Token> tokens) => tokens.Count == 0 ? default : new SourceSpan(tokens[0].Span.Start, tokens[^1].Span.End - tokens[0].Span.Start);
}

namespace Gantry.Migrations.Sql;

/// <summary>
/// Cuts a script into its statements as psql and the SQLite shell do: at a semicolon that is not inside quotes, comments, parentheses
/// (PostgreSQL), the body of a trigger (SQLite) or a <c>BEGIN ATOMIC</c> body (PostgreSQL).
/// </summary>
internal sealed class StatementSplitter
{
    private readonly SourceText _source;
    private readonly SourceSpan _span;
    private readonly Dialect _dialect;
    private readonly Lexer _lexer;

    private StatementSplitter(SourceText source, SourceSpan span, Dialect dialect)
    {
        (_source, _span, _dialect) = (source, span, dialect);
        _lexer = new Lexer(source, span, dialect);
    }

    /// <summary>All statements of a script, in order. Stray semicolons are none.</summary>
    public static List<StatementText> Split(SourceText source, Dialect dialect) => Split(source, new SourceSpan(0, source.Text.Length), dialect);

    /// <summary>The statements of a stretch of a script, such as a step.</summary>
    public static List<StatementText> Split(SourceText source, SourceSpan span, Dialect dialect)
    {
        var splitter = new StatementSplitter(source, span, dialect);
        var statements = new List<StatementText>();
        while (splitter.Next(statements.Count + 1) is { } statement)
            statements.Add(statement);
        return statements;
    }

    private StatementText? Next(int number)
    {
        while (true)
        {
            if (ShellCommand() is { } command)
                return Made([command], number);

            var first = _lexer.Next();
            if (first.Kind == TokenKind.End)
                return null;
            if (first.Kind == TokenKind.MetaCommand)
                return Made([first], number);
            if (!first.IsMark(";"))
                return Statement(first, number);
        }
    }

    private StatementText Statement(Token first, int number)
    {
        var tokens = new List<Token> { first };
        var depth = new BodyDepth(_dialect);
        depth.Take(tokens);
        while (true)
        {
            var before = _lexer.Position;
            var next = _lexer.Next();
            if (next.Kind == TokenKind.End)
                return Made(tokens, number);
            // \g, \gexec and \. end the statement as a semicolon does.
            if (next.Kind == TokenKind.MetaCommand)
            {
                _lexer.Position = before;
                return Made(tokens, number);
            }

            if (next.IsMark(";") && depth.EndsHere(tokens))
                return Made(tokens, number) with { CopyData = CopyData(tokens) };
            tokens.Add(next);
            depth.Take(tokens);
        }
    }

    private StatementText Made(List<Token> tokens, int number)
    {
        var span = new SourceSpan(tokens[0].Span.Start, tokens[^1].Span.End - tokens[0].Span.Start);
        tokens.Add(new Token(TokenKind.End, new SourceSpan(span.End, 0), ""));
        return new StatementText(_source, span, tokens) { Number = number };
    }

    // pg_dump puts a table's rows behind COPY … FROM stdin, up to a line of \. alone.
    private SourceSpan? CopyData(List<Token> tokens)
    {
        if (_dialect != Dialect.Postgres || !tokens[0].Is("COPY") || !FromStdin(tokens))
            return null;

        var start = LineAfter(_lexer.Position);
        for (var line = start; line < _span.End; line = LineAfter(line))
        {
            var text = _source.Text.AsSpan(line, LineAfter(line) - line).TrimEnd();
            if (text is "\\.")
            {
                _lexer.Position = LineAfter(line);
                return new SourceSpan(start, line - start);
            }
        }

        _lexer.Position = _span.End;
        return new SourceSpan(start, _span.End - start);
    }

    private static bool FromStdin(List<Token> tokens)
    {
        for (var i = 1; i + 1 < tokens.Count; i++)
            if (tokens[i].Is("FROM") && tokens[i + 1].Is("STDIN"))
                return true;
        return false;
    }

    private int LineAfter(int offset) => offset >= _span.End ? _span.End : _source.Text.IndexOf('\n', offset, _span.End - offset) is var end and >= 0 ? end + 1 : _span.End;

    // The SQLite shell's own commands begin with a dot in a line's first column, where no statement has begun.
    private Token? ShellCommand()
    {
        if (_dialect != Dialect.Sqlite)
            return null;
        var at = _lexer.Position;
        while (at < _span.End && char.IsWhiteSpace(_source.Text[at]))
            at++;
        if (at >= _span.End || _source.Text[at] != '.' || at > 0 && _source.Text[at - 1] != '\n')
            return null;
        var end = LineAfter(at);
        _lexer.Position = end;
        var command = _source.Text[at..end].TrimEnd();
        return new Token(TokenKind.MetaCommand, new SourceSpan(at, command.Length), command);
    }
}

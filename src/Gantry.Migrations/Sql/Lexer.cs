namespace Gantry.Migrations.Sql;

/// <summary>
/// Cuts SQL into tokens, one at a time, by the rules of the engine that will run it. Never throws and always gets on: what is no SQL
/// becomes a <see cref="TokenKind.Broken"/> token of at least one character.
/// </summary>
internal sealed partial class Lexer
{
    private readonly string _text;
    private readonly int _end;
    private readonly bool _postgres;
    private int _brackets;

    /// <param name="source">The text.</param>
    /// <param name="span">The stretch of it to read. Spans of tokens are offsets in the whole text.</param>
    /// <param name="dialect">Whose rules.</param>
    public Lexer(SourceText source, SourceSpan span, Dialect dialect)
    {
        _text = source.Text;
        Position = span.Start;
        _end = span.End;
        _postgres = dialect == Dialect.Postgres;
    }

    /// <summary>Where the next token is looked for.</summary>
    public int Position { get; set; }

    /// <summary>All tokens of a stretch, the <see cref="TokenKind.End"/> one included.</summary>
    public static List<Token> ReadAll(SourceText source, SourceSpan span, Dialect dialect)
    {
        var lexer = new Lexer(source, span, dialect);
        var tokens = new List<Token>(span.Length / 6 + 4);
        do
            tokens.Add(lexer.Next());
        while (tokens[^1].Kind != TokenKind.End);
        return tokens;
    }

    /// <summary>The next token; <see cref="TokenKind.End"/> for ever, once there is none left.</summary>
    public Token Next()
    {
        SkipBlank();
        if (Position >= _end)
            return new Token(TokenKind.End, new SourceSpan(_end, 0), "");

        var first = _text[Position];
        return first switch
        {
            '\'' => Quoted(Position, '\'', TokenKind.String),
            '"' => Quoted(Position, '"', TokenKind.QuotedName),
            '`' when !_postgres => Quoted(Position, '`', TokenKind.QuotedName),
            '[' when !_postgres => Bracketed(),
            '\\' when _postgres => MetaCommand(),
            '$' => Dollar(),
            '.' when Peek(1) is >= '0' and <= '9' => Number(),
            ':' => Colon(),
            '(' or ')' or '[' or ']' or ',' or ';' or '.' => Mark(),
            >= '0' and <= '9' => Number(),
            _ when StartsName(first) => Word(),
            _ => Operator(),
        };
    }

    private void SkipBlank()
    {
        while (Position < _end)
        {
            var next = _text[Position];
            if (char.IsWhiteSpace(next) || next == '\uFEFF')
                Position++;
            else if (next == '-' && Peek(1) == '-')
                Position = _text.IndexOf('\n', Position, _end - Position) is var line and >= 0 ? line + 1 : _end;
            else if (next == '/' && Peek(1) == '*' && EndOfComment() is var end and >= 0)
                Position = end;
            else
                return;
        }
    }

    // PostgreSQL's comments nest; SQLite's do not, and may be left open at the end.
    private int EndOfComment()
    {
        var depth = 1;
        for (var at = Position + 2; at < _end; at++)
        {
            if (_text[at] == '*' && at + 1 < _end && _text[at + 1] == '/')
            {
                at++;
                if (--depth == 0)
                    return at + 1;
            }
            else if (_postgres && _text[at] == '/' && at + 1 < _end && _text[at + 1] == '*')
            {
                at++;
                depth++;
            }
        }

        return _postgres ? -1 : _end;
    }

    private Token Word()
    {
        var start = Position;
        if (Peek(1) == '\'' && StringPrefix(_text[start], start) is { } prefixed)
            return prefixed;
        if (_postgres && _text[start] is 'u' or 'U' && Peek(1) == '&' && Peek(2) is '\'' or '"')
            return Unicode(start);

        while (Position < _end && (StartsName(_text[Position]) || char.IsAsciiDigit(_text[Position]) || _text[Position] == '$'))
            Position++;
        return Made(TokenKind.Word, start);
    }

    private Token? StringPrefix(char prefix, int start) => (prefix, _postgres) switch
    {
        ('x' or 'X', _) or ('b' or 'B', true) => Quoted(start, '\'', TokenKind.Bits, 1),
        ('e' or 'E', true) => Escaped(start),
        ('n' or 'N', true) => Quoted(start, '\'', TokenKind.String, 1),
        _ => null,
    };

    private Token Number()
    {
        var start = Position;
        if (_text[start] == '0' && Peek(1) is 'x' or 'X' or 'o' or 'O' or 'b' or 'B' && char.IsAsciiHexDigit(Peek(2)))
        {
            Position += 2;
            while (char.IsAsciiHexDigit(Peek(0)) || Peek(0) == '_')
                Position++;
            return Made(TokenKind.Number, start);
        }

        SkipDigits();
        // PL/pgSQL: FOR i IN 1..10
        if (Peek(0) == '.' && Peek(1) != '.')
        {
            Position++;
            SkipDigits();
        }
        if (Peek(0) is 'e' or 'E' && (char.IsAsciiDigit(Peek(1)) || Peek(1) is '+' or '-' && char.IsAsciiDigit(Peek(2))))
        {
            Position += 2;
            SkipDigits();
        }
        return Made(TokenKind.Number, start);
    }

    private void SkipDigits()
    {
        while (char.IsAsciiDigit(Peek(0)) || Peek(0) == '_' && char.IsAsciiDigit(Peek(1)))
            Position++;
    }

    private Token Mark()
    {
        var start = Position++;
        if (_text[start] == '.' && _postgres && Peek(0) == '.')
            Position++;
        _brackets += _text[start] switch { '[' => 1, ']' when _brackets > 0 => -1, _ => 0 };
        return Made(TokenKind.Mark, start);
    }

    private Token MetaCommand()
    {
        var start = Position;
        Position = _text.IndexOf('\n', start, _end - start) is var line and >= 0 ? line : _end;
        return Made(TokenKind.MetaCommand, start);
    }

    private Token Made(TokenKind kind, int start) => new(kind, new SourceSpan(start, Position - start), Known(_text.AsSpan(start, Position - start)));

    // Most tokens are marks: no string for each of them.
    private static string Known(ReadOnlySpan<char> text) => text switch
    {
        "(" => "(",
        ")" => ")",
        "," => ",",
        "." => ".",
        ";" => ";",
        "=" => "=",
        "*" => "*",
        _ => text.ToString(),
    };

    private Token Broken(int start, string why) => new(TokenKind.Broken, new SourceSpan(start, Position - start), why);

    private char Peek(int ahead) => Position + ahead < _end ? _text[Position + ahead] : '\0';

    private static bool StartsName(char c) => char.IsAsciiLetter(c) || c == '_' || c >= '\u0080' && !char.IsWhiteSpace(c);
}

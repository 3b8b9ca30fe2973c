using System.Buffers;

namespace Gantry.Migrations.Sql;

/// <content>Operators, and the parameters that look like them.</content>
internal sealed partial class Lexer
{
    private const string PostgresOperators = "+-*/<>=~!@#%^&|`?";

    private static readonly SearchValues<char> MayEndInSign = SearchValues.Create("~!@#%^&|`?");

    private static readonly string[] SqliteOperators =
        ["->>", "||", "->", "<<", ">>", "<=", ">=", "<>", "!=", "==", "=", "<", ">", "+", "-", "*", "/", "%", "&", "|", "~"];

    private Token Operator() => _postgres ? PostgresOperator() : SqliteOperator();

    // As long as possible, but a comment ends it, and a + or - at its end belongs to what follows unless a rarer character is in it: a=-1.
    private Token PostgresOperator()
    {
        var start = Position;
        while (Position < _end && PostgresOperators.Contains(_text[Position], StringComparison.Ordinal)
            && !(Peek(0) == '-' && Peek(1) == '-') && !(Peek(0) == '/' && Peek(1) == '*'))
            Position++;
        if (Position == start)
        {
            Position++;
            // An open comment runs to the end; there is nothing behind it.
            if (_text[start] == '/')
                Position = _end;
            return Broken(start, _text[start] == '/' ? "a /* without its end" : $"a character that means nothing in SQL, U+{(int)_text[start]:X4}");
        }

        if (_text.AsSpan(start, Position - start).IndexOfAny(MayEndInSign) < 0)
            while (Position - start > 1 && _text[Position - 1] is '+' or '-')
                Position--;
        return Made(TokenKind.Operator, start);
    }

    private Token SqliteOperator()
    {
        var start = Position;
        if (_text[start] is '?' or '@' or '#')
            return SqliteParameter();
        foreach (var candidate in SqliteOperators)
            if (_text.AsSpan(start, _end - start).StartsWith(candidate, StringComparison.Ordinal))
            {
                Position += candidate.Length;
                return new Token(TokenKind.Operator, new SourceSpan(start, candidate.Length), candidate);
            }

        Position++;
        return Broken(start, $"a character that means nothing in SQL, U+{(int)_text[start]:X4}");
    }

    private Token SqliteParameter()
    {
        var start = Position++;
        while (Position < _end && (char.IsAsciiDigit(_text[Position]) || _text[start] != '?' && StartsName(_text[Position])))
            Position++;
        return _text[start] == '?' || Position - start > 1 ? Made(TokenKind.Parameter, start) : Broken(start, $"a {_text[start]} that names nothing");
    }

    // ::, :=, :name, psql's :'name'; in a[1:n] the colon parts two bounds.
    private Token Colon()
    {
        var start = Position++;
        if (_postgres && Peek(0) is ':' or '=')
        {
            Position++;
            return Made(TokenKind.Operator, start);
        }

        if (_brackets == 0 && StartsName(Peek(0)))
        {
            while (Position < _end && (StartsName(_text[Position]) || char.IsAsciiDigit(_text[Position])))
                Position++;
            return Made(TokenKind.Parameter, start);
        }

        if (_postgres && Peek(0) is '\'' or '"')
            return Quoted(start, Peek(0), TokenKind.Parameter, 1);
        return _postgres ? Made(TokenKind.Mark, start) : char.IsAsciiDigit(Peek(0)) ? SqliteNumberedColon(start) : Broken(start, "a : that names nothing");
    }

    private Token SqliteNumberedColon(int start)
    {
        SkipDigits();
        return Made(TokenKind.Parameter, start);
    }
}

using System.Globalization;
using System.Text;

namespace Gantry.Migrations.Sql;

/// <content>Strings and quoted names.</content>
internal sealed partial class Lexer
{
    // Inside, the quote is written twice.
    private Token Quoted(int start, char quote, TokenKind kind, int prefix = 0)
    {
        Position = start + prefix + 1;
        var doubled = false;
        while (true)
        {
            var at = Position < _end ? _text.IndexOf(quote, Position, _end - Position) : -1;
            if (at < 0)
            {
                Position = _end;
                return Broken(start, $"a {quote} without its end");
            }

            Position = at + 1;
            if (Peek(0) != quote)
                break;
            doubled = true;
            Position++;
        }

        var inner = _text[(start + prefix + 1)..(Position - 1)];
        return new Token(kind, new SourceSpan(start, Position - start), doubled ? inner.Replace($"{quote}{quote}", quote.ToString(), StringComparison.Ordinal) : inner);
    }

    private Token Bracketed()
    {
        var start = Position;
        var end = _text.IndexOf(']', start, _end - start);
        Position = end < 0 ? _end : end + 1;
        return end < 0 ? Broken(start, "a [ without its end") : new Token(TokenKind.QuotedName, new SourceSpan(start, Position - start), _text[(start + 1)..end]);
    }

    // E'…': a backslash takes the next character with it, a quote too.
    private Token Escaped(int start)
    {
        var value = new StringBuilder();
        Position = start + 2;
        while (Position < _end)
        {
            var next = _text[Position++];
            if (next == '\\' && Position < _end)
                value.Append(Unescaped(_text[Position++]));
            else if (next != '\'')
                value.Append(next);
            else if (Peek(0) == '\'')
                value.Append(_text[Position++]);
            else
                return new Token(TokenKind.String, new SourceSpan(start, Position - start), value.ToString());
        }

        return Broken(start, "an E'…' string without its end");
    }

    private string Unescaped(char escape)
    {
        switch (escape)
        {
            case 'n': return "\n";
            case 't': return "\t";
            case 'r': return "\r";
            case 'b': return "\b";
            case 'f': return "\f";
            case 'x' or 'u' or 'U': return CodePoint(escape switch { 'x' => 2, 'u' => 4, _ => 8 });
            default: return escape.ToString();
        }
    }

    private string CodePoint(int mostDigits)
    {
        var digits = 0;
        while (digits < mostDigits && char.IsAsciiHexDigit(Peek(digits)))
            digits++;
        var hex = _text.AsSpan(Position, digits);
        Position += digits;
        return int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && Rune.IsValid(code) ? new Rune(code).ToString() : "\uFFFD";
    }

    // U&'…' and U&"…": \0441 and \+00044F. Another escape character (UESCAPE) is rare and changes only what the text means, not where it ends.
    private Token Unicode(int start)
    {
        var quote = _text[start + 2];
        var raw = Quoted(start, quote, quote == '"' ? TokenKind.QuotedName : TokenKind.String, 2);
        if (raw.Kind == TokenKind.Broken || !raw.Value.Contains('\\', StringComparison.Ordinal))
            return raw;

        var value = new StringBuilder();
        for (var at = 0; at < raw.Value.Length;)
        {
            var (digits, skip) = raw.Value[at] != '\\' ? (0, 0) : at + 1 < raw.Value.Length && raw.Value[at + 1] == '+' ? (6, 2) : (4, 1);
            if (digits > 0 && at + skip + digits <= raw.Value.Length
                && int.TryParse(raw.Value.AsSpan(at + skip, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && Rune.IsValid(code))
            {
                value.Append(new Rune(code).ToString());
                at += skip + digits;
            }
            else
            {
                value.Append(raw.Value[at++]);
            }
        }

        return raw with { Value = value.ToString() };
    }

    // PostgreSQL: $1, $$…$$, $tag$…$tag$. SQLite: $name.
    private Token Dollar()
    {
        var start = Position++;
        while (Position < _end && (StartsName(_text[Position]) || char.IsAsciiDigit(_text[Position])))
            Position++;
        if (!_postgres || Position - start > 1 && char.IsAsciiDigit(_text[start + 1]))
            return Position - start > 1 ? Made(TokenKind.Parameter, start) : Broken(start, "a $ that names nothing");
        if (Peek(0) != '$')
            return Broken(start, "a $ that begins no string");

        Position++;
        var tag = _text[start..Position];
        var end = _text.IndexOf(tag, Position, _end - Position, StringComparison.Ordinal);
        if (end < 0)
        {
            Position = _end;
            return Broken(start, $"a {tag} without its end");
        }

        var inner = _text[Position..end];
        Position = end + tag.Length;
        return new Token(TokenKind.String, new SourceSpan(start, Position - start), inner);
    }
}

using System.Runtime.CompilerServices;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <content>Going through the tokens; names.</content>
internal sealed partial class SqlParser
{
    private Token Peek(int ahead = 0) => _tokens[Math.Min(_at + ahead, _tokens.Count - 1)];

    private Token Take()
    {
        var token = Peek();
        if (_at < _tokens.Count - 1)
            _at++;
        return token;
    }

    private bool Is(string word, int ahead = 0) => Peek(ahead).Is(word);

    private bool IsMark(string mark, int ahead = 0) => Peek(ahead).IsMark(mark);

    private bool Accept(string word)
    {
        if (!Is(word))
            return false;
        _at++;
        return true;
    }

    // All of them, or none.
    private bool Accept(params ReadOnlySpan<string> words)
    {
        for (var i = 0; i < words.Length; i++)
            if (!Is(words[i], i))
                return false;
        _at += words.Length;
        return true;
    }

    private bool AcceptMark(string mark)
    {
        if (!IsMark(mark))
            return false;
        _at++;
        return true;
    }

    private void Expect(string word)
    {
        if (!Accept(word))
            throw Unexpected(word);
    }

    private void ExpectMark(string mark)
    {
        if (!AcceptMark(mark))
            throw Unexpected(mark);
    }

    private void ExpectEnd()
    {
        if (Peek().Kind != TokenKind.End)
            throw Unexpected();
    }

    private ParseFailure Unexpected(string? wanted = null)
    {
        var token = Peek();
        var found = token.Kind == TokenKind.Broken ? token.Value : $"{token} is not expected here";
        return new ParseFailure(token.Span.Start, wanted is null || token.Kind == TokenKind.Broken ? found : $"{found}, but {wanted}");
    }

    private SourceSpan From(int start)
    {
        var begin = _tokens[Math.Min(start, _tokens.Count - 1)].Span.Start;
        return new SourceSpan(begin, (_at > start ? _tokens[_at - 1].Span.End : begin) - begin);
    }

    private void Enter()
    {
        if (++_depth > MostDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new ParseFailure(Peek().Span.Start, "it is nested too deeply");
    }

    private void Leave() => _depth--;

    private static void CountChain(ref int links, Token token)
    {
        if (++links > LongestChain)
            throw new ParseFailure(token.Span.Start, "it has too many operators in a row");
    }

    private List<T> List<T>(Func<T> item)
    {
        var items = new List<T> { item() };
        while (AcceptMark(","))
            items.Add(item());
        return items;
    }

    private List<T> Parenthesized<T>(Func<T> item)
    {
        ExpectMark("(");
        var items = List(item);
        ExpectMark(")");
        return items;
    }

    // SQLite takes a string where a name is meant.
    private bool IsName(int ahead = 0) => Peek(ahead) switch
    {
        { Kind: TokenKind.QuotedName } => true,
        { Kind: TokenKind.Word } word => !ReservedWords.NoName(word.Value, _dialect),
        _ => false,
    };

    private Identifier ParseName()
    {
        if (!IsName() && !(!Postgres && Peek().Kind == TokenKind.String))
            throw Unexpected("a name");
        return MadeName(Take());
    }

    // Behind a dot and in a few other places even a reserved word is a name.
    private Identifier ParseLabel()
    {
        if (Peek().Kind is not (TokenKind.Word or TokenKind.QuotedName))
            return ParseName();
        return MadeName(Take());
    }

    private Identifier MadeName(Token token) => token.Kind == TokenKind.Word
        ? new Identifier(Postgres ? token.Value.ToLowerInvariant() : token.Value, false) { Span = token.Span }
        : new Identifier(token.Value, true) { Span = token.Span };

    private ObjectName ParseObjectName()
    {
        var start = _at;
        var parts = new List<Identifier> { ParseName() };
        while (AcceptMark("."))
            parts.Add(ParseLabel());
        return new ObjectName(parts) { Span = From(start) };
    }

    private List<Identifier> ParseNames() => Parenthesized(ParseName);

    private List<Identifier> ParseOptionalNames() => IsMark("(") ? ParseNames() : [];

    private string ParseString()
    {
        if (Peek().Kind != TokenKind.String)
            throw Unexpected("a string");
        return Take().Value;
    }

    // Behind an opening parenthesis: everything up to the one that closes it.
    private void SkipToClosing()
    {
        for (var depth = 1; depth > 0;)
        {
            if (Peek().Kind is TokenKind.End or TokenKind.Broken)
                throw Unexpected(")");
            depth += IsMark("(") ? 1 : IsMark(")") ? -1 : 0;
            _at++;
        }
    }
}

namespace Gantry.Migrations.Sql;

/// <summary>The smallest piece of SQL that has a meaning. Blanks and comments are none.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Span">Where it stands.</param>
/// <param name="Value">
/// A word or an operator as written; what a quoted name or a string means, without its quotes and escapes; why it is not one, when it is broken.
/// </param>
internal readonly record struct Token(TokenKind Kind, SourceSpan Span, string Value)
{
    /// <summary>Whether it is this keyword. A quoted name never is.</summary>
    public bool Is(string word) => Kind == TokenKind.Word && Value.Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is this operator or mark.</summary>
    public bool IsMark(string mark) => Kind is TokenKind.Operator or TokenKind.Mark && Value.Equals(mark, StringComparison.Ordinal);

    /// <summary>As it is quoted in a message.</summary>
    public override string ToString() => Kind == TokenKind.End ? "the end" : $"\"{Value}\"";
}

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    /// <summary>Behind the last one.</summary>
    End,
    /// <summary>A keyword or a name without quotes.</summary>
    Word,
    /// <summary>A quoted name: <c>"x"</c>; on SQLite also <c>[x]</c> and <c>`x`</c>.</summary>
    QuotedName,
    /// <summary>A string, however it is quoted.</summary>
    String,
    /// <summary><c>X'…'</c> or <c>B'…'</c>.</summary>
    Bits,
    /// <summary>A number.</summary>
    Number,
    /// <summary><c>?</c>, <c>?1</c>, <c>:x</c>, <c>@x</c>, <c>$1</c>: what is given when the statement is run.</summary>
    Parameter,
    /// <summary>An operator: <c>||</c>, <c>::</c>, <c>-&gt;&gt;</c>.</summary>
    Operator,
    /// <summary>One of <c>( ) [ ] , ; .</c> and, on PostgreSQL, <c>:</c> and <c>..</c>.</summary>
    Mark,
    /// <summary>A line for the client program: psql's <c>\connect</c>.</summary>
    MetaCommand,
    /// <summary>Text that is no SQL: a string without an end, a character that means nothing.</summary>
    Broken,
}

using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Tests.Sql;

public sealed class LexerTests
{
    [Theory]
    [InlineData("SELECT a1, $x", "Word:SELECT Word:a1 Mark:, Parameter:$x")]
    [InlineData("[a b] `c``d` \"e\"\"f\"", "QuotedName:a b QuotedName:c`d QuotedName:e\"f")]
    [InlineData("'it''s' X'0aff' x'00'", "String:it's Bits:0aff Bits:00")]
    [InlineData("? ?12 :name @name", "Parameter:? Parameter:?12 Parameter::name Parameter:@name")]
    [InlineData("a->>'$.x' || b==c<>d", "Word:a Operator:->> String:$.x Operator:|| Word:b Operator:== Word:c Operator:<> Word:d")]
    [InlineData("1.5e-3 .5 1. 0x1F 1_000", "Number:1.5e-3 Number:.5 Number:1. Number:0x1F Number:1_000")]
    [InlineData("a -- no\n/* /* */ b /* open", "Word:a Word:b")]
    [InlineData("E'x' b'1'", "Word:E String:x Word:b String:1")]
    [InlineData("'open", "Broken:a ' without its end")]
    [InlineData("[open", "Broken:a [ without its end")]
    [InlineData("a \\ b", "Word:a Broken:a character that means nothing in SQL, U+005C Word:b")]
    public void Sqlite_EachKindOfToken_IsTold(string sql, string tokens) => Assert.Equal(tokens, Read(sql, Dialect.Sqlite));

    [Theory]
    [InlineData("a::text[1:n]", "Word:a Operator::: Word:text Mark:[ Number:1 Mark:: Word:n Mark:]")]
    [InlineData("x := $1 + :named - :'quoted'", "Word:x Operator::= Parameter:$1 Operator:+ Parameter::named Operator:- Parameter:quoted")]
    [InlineData(@"E'a\'b\n\u0041\x42' n'c'", "String:a'b\nAB String:c")]
    [InlineData(@"U&'d\0061t\+000061' U&""\0441""", "String:data QuotedName:\u0441")]
    [InlineData("$$a;'b$$ $t$ $$ $t$ B'101'", "String:a;'b String: $$  Bits:101")]
    [InlineData("a=-1 b@>-c d#>>'{}' e?f", "Word:a Operator:= Operator:- Number:1 Word:b Operator:@>- Word:c Word:d Operator:#>> String:{} Word:e Operator:? Word:f")]
    [InlineData("a/* x /* y */ z */b+--c\nd", "Word:a Word:b Operator:+ Word:d")]
    [InlineData("1..10 a$b \"X\"", "Number:1 Mark:.. Number:10 Word:a$b QuotedName:X")]
    [InlineData("a /* b", "Word:a Broken:a /* without its end")]
    [InlineData("$t$ open $$", "Broken:a $t$ without its end")]
    [InlineData("\\connect db\nSELECT", "MetaCommand:\\connect db Word:SELECT")]
    [InlineData("ünïcode_名 'x", "Word:ünïcode_名 Broken:a ' without its end")]
    public void Postgres_EachKindOfToken_IsTold(string sql, string tokens) => Assert.Equal(tokens, Read(sql, Dialect.Postgres));

    [Fact]
    public void AnyText_BothDialects_GivesTokensInOrderWithinTheText()
    {
        var random = new Random(1961);
        const string Alphabet = "ab1 '\"$[]`\\/*-\n;:.?@(),=<>eEuU&xX\u00e9\ud83d#|%^~!0_{}";
        for (var run = 0; run < 20_000; run++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            foreach (var dialect in new[] { Dialect.Sqlite, Dialect.Postgres })
            {
                var tokens = Lexer.ReadAll(new SourceText("any", text), new SourceSpan(0, text.Length), dialect);
                var end = 0;
                foreach (var token in tokens)
                {
                    Assert.True(token.Span.Start >= end && token.Span.End <= text.Length && (token.Span.Length > 0 || token.Kind == TokenKind.End), text);
                    end = token.Span.End;
                }
            }
        }
    }

    private static string Read(string sql, Dialect dialect) =>
        string.Join(' ', Lexer.ReadAll(new SourceText("test", sql), new SourceSpan(0, sql.Length), dialect).SkipLast(1).Select(token => $"{token.Kind}:{token.Value}"));
}

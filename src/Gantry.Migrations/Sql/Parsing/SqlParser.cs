using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <summary>
/// Reads a statement into its tree, by recursive descent. What it cannot read becomes an <see cref="UnreadStatement"/> that says where and why:
/// a rule must know that it has not seen a statement, and the engine may well accept what this parser does not know. It never throws, and the
/// depth of what it reads is limited, so that no text overflows the stack.
/// </summary>
internal sealed partial class SqlParser
{
    // Deeper than any statement that people write; shallow enough for a thread pool's stack.
    private const int MostDepth = 300;

    // a + b + c …: one level deeper with each operator.
    private const int LongestChain = 1000;

    private readonly SourceText _source;
    private readonly IReadOnlyList<Token> _tokens;
    private readonly Dialect _dialect;
    private int _at;
    private int _depth;

    private SqlParser(SourceText source, IReadOnlyList<Token> tokens, Dialect dialect, int depth = 0) =>
        (_source, _tokens, _dialect, _depth) = (source, tokens, dialect, depth);

    private bool Postgres => _dialect == Dialect.Postgres;

    /// <summary>Reads one statement.</summary>
    public static Statement Read(StatementText text, Dialect dialect) => Read(text.Source, text.Span, text.Tokens, dialect, 0);

    /// <summary>Reads all statements of a script, in order. Lines for the client program (<c>\connect</c>) are left out.</summary>
    public static IReadOnlyList<Statement> ReadScript(SourceText source, Dialect dialect) => ReadScript(source, new SourceSpan(0, source.Text.Length), dialect);

    /// <summary>Reads all statements of a stretch of a script.</summary>
    public static IReadOnlyList<Statement> ReadScript(SourceText source, SourceSpan span, Dialect dialect) =>
        [.. StatementSplitter.Split(source, span, dialect).Where(text => !text.IsMetaCommand).Select(text => Read(text, dialect))];

    /// <summary>Reads an expression, such as a stored predicate; null when it cannot be read.</summary>
    public static Expression? ReadExpression(string sql, Dialect dialect)
    {
        var source = new SourceText("", sql);
        var parser = new SqlParser(source, Lexer.ReadAll(source, new SourceSpan(0, sql.Length), dialect), dialect);
        try
        {
            var expression = parser.ParseExpression();
            return parser.Peek().Kind == TokenKind.End ? expression : null;
        }
        catch (ParseFailure)
        {
            return null;
        }
    }

    private static Statement Read(SourceText source, SourceSpan span, IReadOnlyList<Token> tokens, Dialect dialect, int depth)
    {
        var parser = new SqlParser(source, tokens, dialect, depth);
        try
        {
            var statement = parser.ParseStatement();
            parser.ExpectEnd();
            return statement;
        }
        catch (ParseFailure failure)
        {
            var verb = tokens[0].Kind == TokenKind.Word ? tokens[0].Value.ToUpperInvariant() : "";
            return new UnreadStatement(verb, failure.Message, source.At(failure.Offset), MayChangeRows(tokens)) { Span = span, Source = source };
        }
    }

    private static bool MayChangeRows(IReadOnlyList<Token> tokens)
    {
        foreach (var token in tokens)
            if (token.Kind == TokenKind.Word && token.Value.ToUpperInvariant() is "INSERT" or "UPDATE" or "DELETE" or "MERGE" or "REPLACE" or "EXECUTE" or "TRUNCATE" or "CALL")
                return true;
        return false;
    }

    private Statement ParseStatement()
    {
        var verb = Peek();
        if (verb.Kind == TokenKind.Word)
        {
            if (ParseRowStatement(verb) is { } rows)
                return rows;
            return verb.Value.ToUpperInvariant() switch
            {
                "CREATE" => ParseCreate(),
                "ALTER" => ParseAlter(),
                "DROP" => ParseDrop(),
                "DO" when Postgres => ParseDo(),
                _ => ParseOther(),
            };
        }

        return StartsQuery() ? ParseSelect(null, _at) : throw Unexpected();
    }

    // What may also stand in a WITH: reads rows, or changes them.
    private Statement? ParseRowStatement(Token verb)
    {
        var start = _at;
        var with = verb.Is("WITH") ? ParseWith() : null;
        var word = Peek();
        if (word.Is("INSERT") || !Postgres && word.Is("REPLACE"))
            return ParseInsert(with, start);
        if (word.Is("UPDATE"))
            return ParseUpdate(with, start);
        if (word.Is("DELETE"))
            return ParseDelete(with, start);
        if (Postgres && word.Is("MERGE"))
            return ParseMerge(with, start);
        return StartsQuery() ? ParseSelect(with, start) : with is null ? null : throw Unexpected();
    }

    private SelectStatement ParseSelect(WithClause? with, int start)
    {
        var query = ParseQueryAfterWith(with, start);
        return new SelectStatement(query) { Span = From(start), Source = _source };
    }
}

using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <content>PostgreSQL: DO and CREATE FUNCTION, and the statements in their bodies.</content>
internal sealed partial class SqlParser
{
    private DoStatement ParseDo()
    {
        var start = _at;
        Expect("DO");
        var language = "plpgsql";
        Token? body = null;
        while (Peek().Kind != TokenKind.End)
        {
            if (Accept("LANGUAGE"))
                language = Take().Value.ToLowerInvariant();
            else if (Peek().Kind == TokenKind.String && body is null)
                body = Take();
            else
                throw Unexpected();
        }

        var (statements, variables) = ReadBody(body ?? throw Unexpected("a body"), language);
        return new DoStatement(language, statements) { Span = From(start), Source = _source, Variables = variables };
    }

    private CreateFunctionStatement ParseCreateFunction(int start)
    {
        Take();
        var name = ParseObjectName();
        var variables = ParseParameters();
        TypeName? returns = null;
        var set = false;
        var language = "sql";
        var steady = false;
        Token? body = null;
        IReadOnlyList<Statement> statements = [];
        while (Peek().Kind != TokenKind.End)
        {
            if (Accept("RETURNS", "NULL", "ON", "NULL", "INPUT"))
                continue;
            if (Accept("RETURNS", "TABLE"))
            {
                set = true;
                variables.AddRange(ParseParameters());
            }
            else if (Accept("RETURNS"))
            {
                returns = ParseType();
                set = returns.SetOf;
            }
            else if (Accept("LANGUAGE"))
                language = Take().Value.ToLowerInvariant();
            else if (Accept("IMMUTABLE") || Accept("STABLE"))
                steady = true;
            else if (Accept("AS"))
                body = Peek().Kind == TokenKind.String ? Take() : throw Unexpected("a body");
            else if (Is("BEGIN") && Is("ATOMIC", 1))
                statements = ParseAtomicBody();
            else if (Accept("RETURN"))
                statements = [Evaluate(ParseExpression())];
            else if (Peek().Kind == TokenKind.Broken)
                throw Unexpected();
            else if (Take().IsMark("("))
                SkipToClosing();
        }

        if (body is { } text)
        {
            var (read, declared) = ReadBody(text, language);
            statements = read;
            variables.AddRange(declared);
        }

        return new CreateFunctionStatement(name, returns, language, statements)
        { Span = From(start), Source = _source, ReturnsSet = set, Steady = steady, Variables = variables };
    }

    private EvaluateStatement Evaluate(Expression value) => new(value) { Span = value.Span, Source = _source };

    // [IN | OUT | INOUT | VARIADIC] [name] type [DEFAULT x]
    private List<Variable> ParseParameters()
    {
        var variables = new List<Variable>();
        ExpectMark("(");
        while (!AcceptMark(")"))
        {
            var start = _at;
            while (Accept("IN") || Accept("OUT") || Accept("INOUT") || Accept("VARIADIC"))
            {
            }

            var named = IsName() && Peek(1).Kind is TokenKind.Word or TokenKind.QuotedName && !Is("PRECISION", 1) && !Is("VARYING", 1) && !Is("DEFAULT", 1)
                && !(Is("WITH", 1) || Is("WITHOUT", 1) || Is("ARRAY", 1));
            var name = named ? ParseName() : null;
            var type = ParseType();
            if (Accept("DEFAULT") || AcceptMark("=") || AcceptMark(":="))
                ParseExpression();
            if (name is not null)
                variables.Add(new Variable(name, type) { Span = From(start) });
            if (!IsMark(")"))
                ExpectMark(",");
        }

        return variables;
    }

    private List<Statement> ParseAtomicBody()
    {
        _at += 2;
        var statements = new List<Statement>();
        while (!Accept("END"))
        {
            if (Accept("RETURN"))
                statements.Add(Evaluate(ParseExpression()));
            else
                statements.Add(ParseRowStatement(Peek()) ?? throw Unexpected());
            ExpectMark(";");
        }

        return statements;
    }

    private (IReadOnlyList<Statement> Statements, IReadOnlyList<Variable> Variables) ReadBody(Token body, string language)
    {
        if (language is not ("sql" or "plpgsql"))
            return ([Unread(body.Span, language.ToUpperInvariant(), $"it is written in {language}", true)], []);
        if (BodyText(body) is not var (source, span))
            return ([Unread(body.Span, "", "its body has escapes in it", true)], []);
        return language == "sql"
            ? ([.. StatementSplitter.Split(source, span, _dialect).Select(text => Read(text.Source, text.Span, text.Tokens, _dialect, _depth + 10))], [])
            : PlPgSqlReader.Read(source, span, (text, statement, tokens) => Read(text, statement, tokens, _dialect, _depth + 10));
    }

    private UnreadStatement Unread(SourceSpan span, string verb, string reason, bool mayChangeRows) =>
        new(verb, reason, _source.At(span.Start), mayChangeRows) { Span = span, Source = _source };

    /// <summary>
    /// Where in the text the body stands, so that what is found in it has its place in the file. In a body between single quotes each inner quote
    /// is written twice: it is read from a copy of the text, of the same length, in which a blank stands for one of the two.
    /// </summary>
    private (SourceText Source, SourceSpan Span)? BodyText(Token body)
    {
        var raw = _source.Slice(body.Span);
        if (raw[0] == '$')
        {
            var tag = raw[1..].IndexOf('$') + 2;
            return (_source, new SourceSpan(body.Span.Start + tag, body.Span.Length - 2 * tag));
        }

        var span = new SourceSpan(body.Span.Start + 1, body.Span.Length - 2);
        if (raw[0] != '\'')
            return null;
        if (!body.Value.Contains('\''))
            return (_source, span);

        var text = _source.Text.ToCharArray();
        var opens = true;
        for (var at = span.Start; at + 1 < span.End; at++)
            if (text[at] == '\'' && text[at + 1] == '\'')
            {
                (text[at], text[at + 1]) = opens ? (' ', '\'') : ('\'', ' ');
                opens = !opens;
                at++;
            }

        return (_source with { Text = new string(text) }, span);
    }
}

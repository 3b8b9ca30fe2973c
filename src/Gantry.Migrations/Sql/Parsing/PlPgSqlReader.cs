using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <summary>
/// Finds the SQL in a PL/pgSQL body: its statements and the expressions of its IFs, loops and assignments, in the order of the text. How they are
/// nested does not matter to who reads them. What is not understood becomes an <see cref="UnreadStatement"/>; what follows it is still read.
/// </summary>
internal sealed partial class PlPgSqlReader
{
    /// <summary>Reads one statement from its tokens.</summary>
    internal delegate Statement ReadStatement(SourceText source, SourceSpan span, IReadOnlyList<Token> tokens);

    private readonly SourceText _source;
    private readonly List<Token> _tokens;
    private readonly ReadStatement _read;
    private readonly List<Statement> _statements = [];
    private readonly List<Variable> _variables = [];
    private int _at;

    private PlPgSqlReader(SourceText source, SourceSpan span, ReadStatement read)
    {
        (_source, _read) = (source, read);
        _tokens = Lexer.ReadAll(source, span, Dialect.Postgres);
    }

    /// <summary>All SQL of a body, and the variables that it declares.</summary>
    public static (IReadOnlyList<Statement> Statements, IReadOnlyList<Variable> Variables) Read(SourceText source, SourceSpan span, ReadStatement read)
    {
        var reader = new PlPgSqlReader(source, span, read);
        while (reader.Peek().Kind != TokenKind.End)
            reader.Next();
        return (reader._statements, reader._variables);
    }

    private Token Peek(int ahead = 0) => _tokens[Math.Min(_at + ahead, _tokens.Count - 1)];

    private bool Accept(string word)
    {
        if (!Peek().Is(word))
            return false;
        _at++;
        return true;
    }

    private void Next()
    {
        var token = Peek();
        if (token.IsMark(";") || token.IsMark("<<"))
        {
            // A label is three tokens: <<name>>.
            _at += token.IsMark(";") ? 1 : 3;
            return;
        }

        if (token.Kind != TokenKind.Word && token.Kind != TokenKind.QuotedName && token.Kind != TokenKind.Parameter && !token.IsMark("("))
        {
            Unread(Until(), "is not expected here");
            return;
        }

        if (token.Kind == TokenKind.Word && IsAssignment() < 0 && Control(token.Value.ToUpperInvariant()))
            return;
        Simple(token);
    }

    // Words that open, part or close blocks. The statements inside come by themselves.
    private bool Control(string word)
    {
        switch (word)
        {
            case "DECLARE":
                _at++;
                Declarations();
                return true;
            case "BEGIN" or "LOOP" or "ELSE":
                _at++;
                return true;
            case "EXCEPTION":
                _at++;
                return true;
            case "WHEN":
                // Of EXCEPTION: conditions; of CASE: an expression.
                _at++;
                Evaluate(Until("THEN"));
                Accept("THEN");
                return true;
            case "END":
                _at++;
                Until();
                return true;
            case "IF" or "ELSIF" or "ELSEIF":
                _at++;
                Evaluate(Until("THEN"));
                Accept("THEN");
                return true;
            case "CASE":
                _at++;
                if (!Peek().Is("WHEN"))
                    Evaluate(Until("WHEN"));
                return true;
            case "WHILE":
                _at++;
                Evaluate(Until("LOOP"));
                return true;
            case "FOR":
                _at++;
                For();
                return true;
            case "FOREACH":
                Until("ARRAY");
                _at++;
                Evaluate(Until("LOOP"));
                return true;
            default:
                return false;
        }
    }

    // name [CONSTANT] type [NOT NULL] [:= x]; up to BEGIN
    private void Declarations()
    {
        while (!Peek().Is("BEGIN") && Peek().Kind != TokenKind.End)
        {
            var declaration = Until();
            if (declaration.Count == 0)
            {
                _at++;
                continue;
            }

            Declaration(declaration);
            if (Peek().IsMark(";"))
                _at++;
        }
    }

    private void Declaration(List<Token> tokens)
    {
        var value = tokens.FindIndex(token => token.IsMark(":=") || token.IsMark("=") || token.Is("DEFAULT"));
        if (value > 0)
            Evaluate(tokens[(value + 1)..]);
        var query = tokens.FindIndex(token => token.Is("CURSOR"));
        var from = query < 0 ? -1 : tokens.FindIndex(query, token => token.Is("FOR") || token.Is("IS"));
        if (from > 0)
            Statement(tokens[(from + 1)..]);

        var type = tokens.Count > 1 && tokens[1].Is("CONSTANT") ? 2 : 1;
        if (query >= 0 || type >= tokens.Count || tokens[0].Kind is not (TokenKind.Word or TokenKind.QuotedName))
            return;
        var end = value > 0 ? value : tokens.Count;
        var not = tokens.FindIndex(type, end - type, token => token.Is("NOT") || token.Is("COLLATE"));
        var words = tokens[type..(not > 0 ? not : end)];
        var name = tokens[0].Kind == TokenKind.Word ? tokens[0].Value.ToLowerInvariant() : tokens[0].Value;
        _variables.Add(new Variable(new Identifier(name, tokens[0].Kind == TokenKind.QuotedName) { Span = tokens[0].Span }, Type(words)) { Span = Span(tokens) });
    }

    // One plain word, with or without a length; anything else (t.c%TYPE, arrays) is not known.
    private TypeName Type(List<Token> words)
    {
        var span = Span(words);
        var text = _source.Slice(span).ToString();
        var plain = words.All(word => word.Kind is TokenKind.Word or TokenKind.Number || word.IsMark("(") || word.IsMark(")") || word.IsMark(","));
        var name = plain ? string.Join(' ', words.Where(word => word.Kind == TokenKind.Word).Select(word => word.Value.ToLowerInvariant())) : "";
        return new TypeName(SqlParser.NormalizeType(name), text) { Span = span };
    }

    // FOR i IN 1..10 BY 2 LOOP, FOR r IN SELECT … LOOP, FOR r IN EXECUTE … LOOP, FOR r IN cursor LOOP
    private void For()
    {
        Until("IN");
        _at++;
        Accept("REVERSE");
        var tokens = Until("LOOP");
        if (tokens.Count == 0)
            return;
        if (tokens[0].Is("EXECUTE"))
        {
            Dynamic(tokens);
            return;
        }

        var range = tokens.FindIndex(token => token.IsMark(".."));
        if (range < 0 && !IsQuery(tokens[0]))
            return;
        if (range < 0)
        {
            Statement(tokens);
            return;
        }

        var by = tokens.FindIndex(range, token => token.Is("BY"));
        Evaluate(tokens[..range]);
        Evaluate(tokens[(range + 1)..(by < 0 ? tokens.Count : by)]);
        if (by > 0)
            Evaluate(tokens[(by + 1)..]);
    }

    private static bool IsQuery(Token token) => token.Is("SELECT") || token.Is("WITH") || token.Is("VALUES") || token.Is("TABLE") || token.IsMark("(")
        || token.Is("INSERT") || token.Is("UPDATE") || token.Is("DELETE") || token.Is("MERGE") || token.Is("EXPLAIN");
}

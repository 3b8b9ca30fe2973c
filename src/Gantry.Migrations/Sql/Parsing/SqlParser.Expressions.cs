using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <content>Operators, by how tightly they bind: each engine has its own order.</content>
internal sealed partial class SqlParser
{
    private const int OrBinds = 1, AndBinds = 2, NotBinds = 3, CollateBinds = 14, UnaryBinds = 15, SubscriptBinds = 16, CastBinds = 17;

    private Expression ParseExpression(int least = 0)
    {
        Enter();
        var start = _at;
        var expression = ParseOperators(ParsePrefix(), start, least);
        Leave();
        return expression;
    }

    private Expression ParsePrefix()
    {
        var start = _at;
        if (Is("NOT"))
        {
            Take();
            var operand = ParseExpression(NotBinds);
            return new UnaryExpression("NOT", operand) { Span = From(start) };
        }

        if (Peek().Kind == TokenKind.Operator && Peek().Value is not "*" and not "=" and not "." and not "::" and not ":=")
        {
            if (Peek().Value == "?" && Postgres && !StartsOperand(1))
                return new ParameterExpression(Take().Value) { Span = From(start) };
            var sign = Take().Value;
            var operand = ParseExpression(sign is "-" or "+" or "~" ? UnaryBinds : Postgres ? 8 : UnaryBinds);
            return new UnaryExpression(sign, operand) { Span = From(start) };
        }

        return ParsePrimary();
    }

    private bool StartsOperand(int ahead) => Peek(ahead).Kind is TokenKind.Number or TokenKind.String or TokenKind.QuotedName or TokenKind.Parameter || IsName(ahead) || IsMark("(", ahead);

    private Expression ParseOperators(Expression left, int start, int least)
    {
        var links = 0;
        while (true)
        {
            var token = Peek();
            var next = token.Kind switch
            {
                TokenKind.Operator => ParseSymbol(left, start, least, token),
                TokenKind.Mark when token.Value == "[" && Postgres && SubscriptBinds >= least => ParseSubscript(left, start),
                TokenKind.Word => ParseWordOperator(left, start, least, token),
                _ => null,
            };
            if (next is null)
                return left;
            CountChain(ref links, token);
            left = next;
        }
    }

    private Expression? ParseSymbol(Expression left, int start, int least, Token token)
    {
        var binds = Binds(token.Value);
        if (binds < 0 || binds < least)
            return null;
        Take();
        if (token.Value == "::")
        {
            var type = ParseType();
            return new CastExpression(left, type) { Span = From(start) };
        }

        if (Postgres && (Is("ANY") || Is("ALL") || Is("SOME")) && IsMark("(", 1))
            return ParseQuantified(left, start, token.Value);
        // x IS NOT y, x = y = z: from left to right; PostgreSQL refuses the second = anyway.
        var right = ParseExpression(binds + 1);
        return new BinaryExpression(token.Value == "==" ? "=" : token.Value, left, right) { Span = From(start) };
    }

    private int Binds(string symbol) => Postgres
        ? symbol switch
        {
            "=" or "<" or ">" or "<=" or ">=" or "<>" or "!=" => 6,
            "+" or "-" => 9,
            "*" or "/" or "%" => 10,
            "^" => 11,
            "::" => CastBinds,
            ":=" or "=>" => -1,
            _ => 8,
        }
        : symbol switch
        {
            "=" or "==" or "<>" or "!=" => 4,
            "<" or ">" or "<=" or ">=" => 6,
            "&" or "|" or "<<" or ">>" => 8,
            "+" or "-" => 9,
            "*" or "/" or "%" => 10,
            "||" or "->" or "->>" => 11,
            _ => -1,
        };

    // IS, IN, LIKE, BETWEEN: looser than comparisons on SQLite; IS looser and the rest tighter on PostgreSQL.
    private int IsBinds => Postgres ? 5 : 4;

    private int PatternBinds => Postgres ? 7 : 4;

    private Expression? ParseWordOperator(Expression left, int start, int least, Token token)
    {
        switch (token.Value.ToUpperInvariant())
        {
            case "AND" when AndBinds >= least:
                return ParseLogical("AND", left, start, AndBinds);
            case "OR" when OrBinds >= least:
                return ParseLogical("OR", left, start, OrBinds);
            case "IS" when IsBinds >= least:
                return ParseIs(left, start);
            case "ISNULL" when IsBinds >= least:
                Take();
                return new IsExpression(left, "NULL", false) { Span = From(start) };
            case "NOTNULL" when IsBinds >= least:
                Take();
                return new IsExpression(left, "NULL", true) { Span = From(start) };
            case "NOT" when !Postgres && Is("NULL", 1) && IsBinds >= least:
                _at += 2;
                return new IsExpression(left, "NULL", true) { Span = From(start) };
            case "NOT" when PatternBinds >= least && IsPattern(1):
                Take();
                return ParsePattern(left, start, true);
            case "COLLATE" when CollateBinds >= least:
                Take();
                var collation = ParseCollation();
                return new CollateExpression(left, collation) { Span = From(start) };
            case "AT" when Postgres && 12 >= least && (Is("TIME", 1) || Is("LOCAL", 1)):
                return ParseAtTimeZone(left, start);
            case "OVERLAPS" when Postgres && PatternBinds >= least:
                Take();
                var right = ParseExpression(PatternBinds + 1);
                return new BinaryExpression("OVERLAPS", left, right) { Span = From(start) };
            case "OPERATOR" when Postgres && 8 >= least && IsMark("(", 1):
                return ParseNamedOperator(left, start);
            default:
                return PatternBinds >= least && IsPattern(0) ? ParsePattern(left, start, false) : null;
        }
    }

    private BinaryExpression ParseLogical(string word, Expression left, int start, int binds)
    {
        Take();
        var right = ParseExpression(binds + 1);
        return new BinaryExpression(word, left, right) { Span = From(start) };
    }

    private ObjectName ParseCollation()
    {
        var start = _at;
        return Peek().Kind == TokenKind.String ? new ObjectName([MadeName(Take())]) { Span = From(start) } : ParseObjectName();
    }

    private BinaryExpression ParseAtTimeZone(Expression left, int start)
    {
        Take();
        if (Accept("LOCAL"))
            return new BinaryExpression("AT TIME ZONE", left, new LiteralExpression(LiteralKind.Current, "LOCAL") { Span = From(_at - 1) }) { Span = From(start) };
        Expect("TIME");
        Expect("ZONE");
        var zone = ParseExpression(13);
        return new BinaryExpression("AT TIME ZONE", left, zone) { Span = From(start) };
    }

    private Expression ParseNamedOperator(Expression left, int start)
    {
        Take();
        ExpectMark("(");
        while (IsName() && IsMark(".", 1))
            _at += 2;
        var name = Take().Value;
        ExpectMark(")");
        if ((Is("ANY") || Is("ALL") || Is("SOME")) && IsMark("(", 1))
            return ParseQuantified(left, start, $"OPERATOR({name})");
        var right = ParseExpression(9);
        // pg_dump writes OPERATOR(pg_catalog.=); another schema's operator may mean anything.
        return new BinaryExpression($"OPERATOR({name})", left, right) { Span = From(start) };
    }

    private QuantifiedExpression ParseQuantified(Expression left, int start, string symbol)
    {
        var quantifier = Take().Value.ToUpperInvariant();
        var inside = ParseParentheses();
        return new QuantifiedExpression(left, symbol, quantifier, inside.Query, inside.Query is null ? inside.Items[0] : null) { Span = From(start) };
    }

    private SubscriptExpression ParseSubscript(Expression left, int start)
    {
        ExpectMark("[");
        Expression? from = null, to = null;
        if (!IsMark(":") && !IsMark("]"))
            from = ParseExpression();
        if (AcceptMark(":") && !IsMark("]"))
            to = ParseExpression();
        ExpectMark("]");
        return new SubscriptExpression(left, from, to) { Span = From(start) };
    }
}

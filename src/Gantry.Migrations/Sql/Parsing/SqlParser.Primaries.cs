using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <content>What operators stand between: literals, names, parentheses, CASE.</content>
internal sealed partial class SqlParser
{
    private Expression ParsePrimary()
    {
        var start = _at;
        var token = Peek();
        switch (token.Kind)
        {
            case TokenKind.Number:
                Take();
                return Literal(LiteralKind.Number, token.Value, start);
            case TokenKind.String:
                return ParseStringLiteral(start);
            case TokenKind.Bits:
                Take();
                return Literal(LiteralKind.Bits, token.Value, start);
            case TokenKind.Parameter:
                Take();
                return new ParameterExpression(token.Value) { Span = From(start) };
            case TokenKind.QuotedName:
                return ParseNamed();
            case TokenKind.Operator when token.Value == "*":
                Take();
                return new StarExpression((ObjectName?)null) { Span = From(start) };
            case TokenKind.Mark when token.Value == "(":
                return ParseParenthesizedOperand(start);
            case TokenKind.Word:
                return ParseWordOperand(token, start);
            default:
                throw Unexpected();
        }
    }

    private LiteralExpression Literal(LiteralKind kind, string value, int start) => new(kind, value) { Span = From(start) };

    // PostgreSQL: strings on lines of their own are one string.
    private LiteralExpression ParseStringLiteral(int start)
    {
        var value = Take().Value;
        while (Postgres && Peek().Kind == TokenKind.String && HasLineBreak(_tokens[_at - 1].Span.End, Peek().Span.Start))
            value += Take().Value;
        return Literal(LiteralKind.String, value, start);
    }

    private bool HasLineBreak(int from, int to) => _source.Text.AsSpan(from, to - from).Contains('\n');

    private Expression ParseParenthesizedOperand(int start)
    {
        var inside = ParseParentheses();
        return ParseFields(Operand(inside, start), start);
    }

    private Expression Operand(Inside inside, int start) =>
        inside.Query is not null ? new SubqueryExpression(inside.Query) { Span = From(start) }
        : inside.Items.Count == 1 ? inside.Items[0]
        : new RowExpression(inside.Items) { Span = From(start) };

    // (x).field, (x).*
    private Expression ParseFields(Expression operand, int start)
    {
        while (Postgres && IsMark("."))
        {
            Take();
            if (AcceptMark("*"))
                return new FieldExpression(operand, null) { Span = From(start) };
            var field = ParseLabel();
            operand = new FieldExpression(operand, field) { Span = From(start) };
        }

        return operand;
    }

    /// <summary>
    /// What stands in parentheses: a query, or expressions (several are a row). Only behind the innermost parenthesis is it clear which:
    /// ((SELECT 1) UNION …) is a query, ((SELECT 1) + 1) is not. So nothing is read twice, however deep.
    /// </summary>
    private Inside ParseParentheses()
    {
        Enter();
        ExpectMark("(");
        var start = _at;
        Query? query = null;
        Expression? first = null;
        if (IsMark("("))
        {
            var inside = ParseParentheses();
            if (inside.Query is not null && ContinuesQuery())
                query = ParseQueryAfterNested(inside.Query, start);
            else if (inside.Query is not null && IsMark(")"))
                query = inside.Query;
            else
                first = ParseOperators(ParseFields(Operand(inside, start), start), start, 0);
        }
        else if (StartsQuery())
        {
            query = ParseQuery();
        }
        else
        {
            first = ParseExpression();
        }

        var items = new List<Expression>();
        if (first is not null)
            items.Add(first);
        while (first is not null && AcceptMark(","))
            items.Add(ParseExpression());
        ExpectMark(")");
        Leave();
        return new Inside(query, items);
    }

    /// <summary>What parentheses held: a query, or at least one expression.</summary>
    private readonly record struct Inside(Query? Query, IReadOnlyList<Expression> Items);

    private Expression ParseWordOperand(Token token, int start)
    {
        switch (token.Value.ToUpperInvariant())
        {
            case "NULL":
                Take();
                return Literal(LiteralKind.Null, "NULL", start);
            case "TRUE" or "FALSE" when !IsMark(".", 1) && !IsMark("(", 1):
                Take();
                return Literal(LiteralKind.Boolean, token.Value.ToUpperInvariant(), start);
            case "DEFAULT":
                Take();
                return Literal(LiteralKind.Default, "DEFAULT", start);
            case "CASE":
                return ParseCase();
            case "CAST" when IsMark("(", 1):
                return ParseCast();
            case "EXISTS" when IsMark("(", 1):
                Take();
                var exists = ParseParentheses();
                return new ExistsExpression(exists.Query ?? throw Unexpected("a query")) { Span = From(start) };
            case "ARRAY" when Postgres:
                return ParseArray();
            case "ROW" when Postgres && IsMark("(", 1):
                return ParseRow();
            case "CURRENT_DATE" or "CURRENT_TIME" or "CURRENT_TIMESTAMP":
                return ParseCurrent(token, start);
            case "CURRENT_USER" or "CURRENT_ROLE" or "CURRENT_CATALOG" or "CURRENT_SCHEMA" or "SESSION_USER" or "USER" or "LOCALTIME" or "LOCALTIMESTAMP"
                when Postgres && !IsMark(".", 1):
                return ParseCurrent(token, start);
            default:
                return ParseNamed();
        }
    }

    private LiteralExpression ParseCurrent(Token token, int start)
    {
        Take();
        if (AcceptMark("("))
            SkipToClosing();
        return Literal(LiteralKind.Current, token.Value.ToUpperInvariant(), start);
    }

    private CaseExpression ParseCase()
    {
        var start = _at;
        Expect("CASE");
        var operand = Is("WHEN") ? null : ParseExpression();
        var branches = new List<CaseBranch>();
        while (Is("WHEN"))
        {
            var branch = _at++;
            var when = ParseExpression();
            Expect("THEN");
            var then = ParseExpression();
            branches.Add(new CaseBranch(when, then) { Span = From(branch) });
        }

        if (branches.Count == 0)
            throw Unexpected("WHEN");
        var otherwise = Accept("ELSE") ? ParseExpression() : null;
        Expect("END");
        return new CaseExpression(operand, branches, otherwise) { Span = From(start) };
    }

    private CastExpression ParseCast()
    {
        var start = _at;
        Expect("CAST");
        ExpectMark("(");
        var operand = ParseExpression();
        Expect("AS");
        var type = ParseType();
        ExpectMark(")");
        return new CastExpression(operand, type) { Span = From(start) };
    }

    private Expression ParseArray()
    {
        var start = _at;
        Expect("ARRAY");
        if (IsMark("("))
        {
            var inside = ParseParentheses();
            return new ArraySubquery(inside.Query ?? throw Unexpected("a query")) { Span = From(start) };
        }

        return ParseArrayItems(start);
    }

    private ArrayExpression ParseArrayItems(int start)
    {
        Enter();
        ExpectMark("[");
        var items = IsMark("]") ? [] : List(() => IsMark("[") ? ParseArrayItems(_at) : ParseExpression());
        ExpectMark("]");
        Leave();
        return new ArrayExpression(items) { Span = From(start) };
    }

    private RowExpression ParseRow()
    {
        var start = _at;
        Expect("ROW");
        ExpectMark("(");
        var items = IsMark(")") ? [] : List(() => ParseExpression());
        ExpectMark(")");
        return new RowExpression(items) { Span = From(start) };
    }
}

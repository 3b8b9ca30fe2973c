using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <content>Operands that begin with a name: columns, typed literals, calls.</content>
internal sealed partial class SqlParser
{
    private Expression ParseNamed()
    {
        var start = _at;
        if (Postgres && ParseTypedLiteral() is { } typed)
            return typed;
        // left('abc', 1), replace(…), if(…): reserved words, and functions where a parenthesis follows.
        if (Peek().Kind == TokenKind.Word && IsMark("(", 1) && IsFunctionWord(Peek().Value))
            return ParseCall(new ObjectName([MadeName(Take())]) { Span = From(start) }, start);

        var parts = new List<Identifier> { ParseName() };
        while (IsMark("."))
        {
            Take();
            if (AcceptMark("*"))
                return new StarExpression(new ObjectName(parts) { Span = new SourceSpan(parts[0].Span.Start, parts[^1].Span.End - parts[0].Span.Start) }) { Span = From(start) };
            parts.Add(ParseLabel());
        }

        return IsMark("(") ? ParseCall(new ObjectName(parts) { Span = From(start) }, start) : new ColumnReference(parts) { Span = From(start) };
    }

    private bool IsFunctionWord(string word) => word.ToUpperInvariant() switch
    {
        "LEFT" or "RIGHT" => true,
        "LIKE" or "GLOB" or "MATCH" or "REGEXP" => !Postgres,
        "COLLATION" or "OVERLAPS" or "AUTHORIZATION" or "BINARY" or "ILIKE" => false,
        "IF" or "REPLACE" => true,
        _ => false,
    };

    // DATE '2026-01-01', timestamp with time zone '…', INTERVAL '1' DAY, my.type '…'
    private TypedLiteral? ParseTypedLiteral()
    {
        var start = _at;
        if (Peek().Kind == TokenKind.Word && Peek(1).Kind == TokenKind.String && IsName())
        {
            var word = Take();
            var simple = new TypeName(NormalizeType(word.Value.ToLowerInvariant()), word.Value, false, false) { Span = word.Span };
            var value = ParseStringLiteral(_at).Value;
            while (word.Is("INTERVAL") && Peek().Value.ToUpperInvariant() is "YEAR" or "MONTH" or "DAY" or "HOUR" or "MINUTE" or "SECOND" or "TO")
                Take();
            return new TypedLiteral(simple, value) { Span = From(start) };
        }

        if (!(Is("DOUBLE") && Is("PRECISION", 1) || Is("CHARACTER") && Is("VARYING", 1)
            || (Is("TIMESTAMP") || Is("TIME")) && (Is("WITH", 1) || Is("WITHOUT", 1)) && Is("TIME", 2)))
            return null;
        var type = ParseType();
        return new TypedLiteral(type, ParseString()) { Span = From(start) };
    }

    private FunctionCall ParseCall(ObjectName name, int start)
    {
        Enter();
        ExpectMark("(");
        var call = Special(name) ? ParseSpecialArguments(name) : ParseArguments(name);
        call = ParseCallClauses(call);
        Leave();
        return call with { Span = From(start) };
    }

    private FunctionCall ParseArguments(ObjectName name)
    {
        var call = new FunctionCall(name, []) { Span = name.Span };
        if (AcceptMark("*"))
        {
            ExpectMark(")");
            return call with { Star = true };
        }

        if (AcceptMark(")"))
            return call;
        var distinct = Accept("DISTINCT");
        if (!distinct)
            Accept("ALL");
        var arguments = List(ParseArgument);
        var order = Is("ORDER") ? ParseOrderBy() : [];
        ExpectMark(")");
        return call with { Arguments = arguments, Distinct = distinct, OrderBy = order };
    }

    private Expression ParseArgument()
    {
        Accept("VARIADIC");
        if (IsName() && (IsMark("=>", 1) || IsMark(":=", 1)))
            _at += 2;
        return ParseExpression();
    }

    private bool Special(ObjectName name) => Postgres && name.Parts.Count == 1
        && name.Last is "extract" or "substring" or "position" or "overlay" or "trim" or "normalize";

    // EXTRACT(epoch FROM x), SUBSTRING(x FROM 1 FOR 2), POSITION(a IN b), TRIM(BOTH ' ' FROM x), OVERLAY(a PLACING b FROM 1 FOR 2)
    private FunctionCall ParseSpecialArguments(ObjectName name)
    {
        var arguments = new List<Expression>();
        if (name.Last == "trim" && !Accept("BOTH") && !Accept("LEADING"))
            Accept("TRAILING");
        while (!IsMark(")"))
        {
            if (Accept("FROM") || Accept("FOR") || Accept("PLACING") || Accept("SIMILAR") || Accept("ESCAPE") || Accept("IN") || AcceptMark(","))
                continue;
            // IN parts the two arguments of POSITION: it must not be taken for an operator.
            arguments.Add(ParseExpression(name.Last == "position" ? 8 : 0));
            if (!IsMark(")") && !IsMark(",") && !(Is("FROM") || Is("FOR") || Is("PLACING") || Is("SIMILAR") || Is("ESCAPE") || Is("IN")))
                throw Unexpected();
        }

        ExpectMark(")");
        return new FunctionCall(name, arguments) { Span = name.Span };
    }

    private FunctionCall ParseCallClauses(FunctionCall call)
    {
        if (Is("WITHIN") && Is("GROUP", 1))
        {
            _at += 2;
            ExpectMark("(");
            call = call with { OrderBy = ParseOrderBy(), WithinGroup = true };
            ExpectMark(")");
        }

        if (Is("FILTER") && IsMark("(", 1))
        {
            _at += 2;
            Expect("WHERE");
            call = call with { Filter = ParseExpression() };
            ExpectMark(")");
        }

        if ((Is("RESPECT") || Is("IGNORE")) && Is("NULLS", 1))
            _at += 2;
        if (Is("OVER") && (IsMark("(", 1) || IsName(1)))
        {
            Take();
            call = call with { Over = IsMark("(") ? ParseWindow() : WindowByName() };
        }

        return call;
    }

    private WindowSpecification WindowByName()
    {
        var name = ParseName();
        return new WindowSpecification(name, [], [], []) { Span = name.Span };
    }

    private WindowSpecification ParseWindow()
    {
        var start = _at;
        ExpectMark("(");
        var name = IsName() && !Is("PARTITION") && !Is("ROWS") && !Is("RANGE") && !Is("GROUPS") ? ParseName() : null;
        var partition = Accept("PARTITION", "BY") ? List(() => ParseExpression()) : [];
        var order = Is("ORDER") ? ParseOrderBy() : [];
        var bounds = new List<Expression>();
        if (Accept("ROWS") || Accept("RANGE") || Accept("GROUPS"))
            ParseFrame(bounds);
        ExpectMark(")");
        return new WindowSpecification(name, partition, order, bounds) { Span = From(start) };
    }

    private void ParseFrame(List<Expression> bounds)
    {
        var between = Accept("BETWEEN");
        ParseBound(bounds);
        if (between)
        {
            Expect("AND");
            ParseBound(bounds);
        }

        if (Accept("EXCLUDE") && !Accept("TIES") && !Accept("GROUP") && !Accept("CURRENT", "ROW"))
        {
            Expect("NO");
            Expect("OTHERS");
        }
    }

    private void ParseBound(List<Expression> bounds)
    {
        if (Accept("CURRENT", "ROW"))
            return;
        if (!Accept("UNBOUNDED"))
            bounds.Add(ParseExpression(IsBinds + 1));
        if (!Accept("PRECEDING"))
            Expect("FOLLOWING");
    }
}

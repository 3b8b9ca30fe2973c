using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <content>IS, IN, LIKE, BETWEEN and their relatives.</content>
internal sealed partial class SqlParser
{
    private bool IsPattern(int ahead)
    {
        var token = Peek(ahead);
        return token.Kind == TokenKind.Word && token.Value.ToUpperInvariant() switch
        {
            "IN" or "LIKE" or "BETWEEN" => true,
            "ILIKE" => Postgres,
            "SIMILAR" => Postgres && Is("TO", ahead + 1),
            "GLOB" or "REGEXP" or "MATCH" => !Postgres,
            _ => false,
        };
    }

    private Expression ParsePattern(Expression left, int start, bool negated)
    {
        var word = Take().Value.ToUpperInvariant();
        switch (word)
        {
            case "IN":
                return ParseIn(left, start, negated);
            case "BETWEEN":
                return ParseBetween(left, start, negated);
            case "SIMILAR":
                Expect("TO");
                word = "SIMILAR TO";
                break;
        }

        if (Postgres && (Is("ANY") || Is("ALL") || Is("SOME")) && IsMark("(", 1))
            return ParseQuantified(left, start, negated ? "NOT " + word : word);
        var pattern = ParseExpression(PatternBinds + 1);
        var escape = Accept("ESCAPE") ? ParseExpression(PatternBinds + 1) : null;
        return new PatternExpression(word, left, pattern, escape, negated) { Span = From(start) };
    }

    private BetweenExpression ParseBetween(Expression left, int start, bool negated)
    {
        if (!Accept("SYMMETRIC"))
            Accept("ASYMMETRIC");
        var low = ParseExpression(PatternBinds + 1);
        Expect("AND");
        var high = ParseExpression(PatternBinds + 1);
        return new BetweenExpression(left, low, high, negated) { Span = From(start) };
    }

    private Expression ParseIn(Expression left, int start, bool negated)
    {
        if (!IsMark("("))
            return ParseInTable(left, start, negated);
        if (!Postgres)
            return ParseInSqlite(left, start, negated);

        var inside = ParseParentheses();
        return inside.Query is not null
            ? new InQueryExpression(left, inside.Query, negated) { Span = From(start) }
            : new InListExpression(left, inside.Items, negated) { Span = From(start) };
    }

    // On SQLite x IN ((SELECT …)) is a list of one item, a subquery cut to its first row.
    private Expression ParseInSqlite(Expression left, int start, bool negated)
    {
        ExpectMark("(");
        if (StartsQuery() && !IsMark("("))
        {
            var query = ParseQuery();
            ExpectMark(")");
            return new InQueryExpression(left, query, negated) { Span = From(start) };
        }

        var items = IsMark(")") ? [] : List(() => ParseExpression());
        ExpectMark(")");
        return new InListExpression(left, items, negated) { Span = From(start) };
    }

    private InTableExpression ParseInTable(Expression left, int start, bool negated)
    {
        if (Postgres)
            throw Unexpected("(");
        var table = ParseObjectName();
        var arguments = new List<Expression>();
        if (AcceptMark("(") && !AcceptMark(")"))
        {
            arguments = List(() => ParseExpression());
            ExpectMark(")");
        }

        return new InTableExpression(left, table, arguments, negated) { Span = From(start) };
    }

    private Expression ParseIs(Expression left, int start)
    {
        Expect("IS");
        var negated = Accept("NOT");
        if (Accept("DISTINCT", "FROM"))
        {
            var other = ParseExpression(IsBinds + 1);
            return new BinaryExpression(negated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM", left, other) { Span = From(start) };
        }

        if (Is("NULL") || Is("TRUE") || Is("FALSE") || Postgres && (Is("UNKNOWN") || Is("DOCUMENT") || Is("NORMALIZED")))
        {
            var test = Take().Value.ToUpperInvariant();
            return new IsExpression(left, test, negated) { Span = From(start) };
        }

        if (Postgres && Accept("JSON"))
        {
            while (Peek().Value.ToUpperInvariant() is "VALUE" or "ARRAY" or "OBJECT" or "SCALAR" or "WITH" or "WITHOUT" or "UNIQUE" or "KEYS")
                Take();
            return new IsExpression(left, "JSON", negated) { Span = From(start) };
        }

        if (Postgres)
            throw Unexpected("NULL, TRUE, FALSE or DISTINCT FROM");
        var right = ParseExpression(IsBinds + 1);
        return new BinaryExpression(negated ? "IS NOT" : "IS", left, right) { Span = From(start) };
    }
}

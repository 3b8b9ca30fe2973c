using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <content>What follows a query's body: ORDER BY, LIMIT, OFFSET, FETCH, FOR UPDATE.</content>
internal sealed partial class SqlParser
{
    private Query ParseQueryTail(WithClause? with, QueryBody body, int start)
    {
        var order = Is("ORDER") ? ParseOrderBy() : [];
        LimitClause? limit = null;
        var locking = false;
        while (true)
        {
            var clause = _at;
            if (Accept("LIMIT"))
                limit = ParseLimit(limit, clause);
            else if (Postgres && Is("FETCH") && (Is("FIRST", 1) || Is("NEXT", 1)))
                limit = ParseFetch(limit, clause);
            else if (Accept("OFFSET"))
                limit = ParseOffset(limit, clause);
            else if (Postgres && Is("FOR") && (Is("UPDATE", 1) || Is("SHARE", 1) || Is("NO", 1) || Is("KEY", 1)))
                locking = ParseLocking();
            else
                break;
        }

        var into = ParseInto();
        if (into.Count > 0 && body is SelectBody select)
            body = select with { Into = into };
        return new Query(with, body) { Span = From(start), OrderBy = order, Limit = limit, Locking = locking };
    }

    private LimitClause ParseLimit(LimitClause? before, int start)
    {
        var count = Accept("ALL") ? null : ParseExpression();
        var offset = before?.Offset;
        // SQLite: LIMIT offset, count
        if (!Postgres && AcceptMark(","))
            (offset, count) = (count, ParseExpression());
        return new LimitClause(count, offset, false) { Span = From(start) };
    }

    private LimitClause ParseOffset(LimitClause? before, int start)
    {
        var offset = ParseExpression();
        if (Postgres && !Accept("ROW"))
            Accept("ROWS");
        return new LimitClause(before?.Count, offset, before?.WithTies ?? false) { Span = before is null ? From(start) : before.Span };
    }

    private LimitClause ParseFetch(LimitClause? before, int start)
    {
        _at += 2;
        // Without a number it is one row.
        Expression count = Is("ROW") || Is("ROWS") ? new LiteralExpression(LiteralKind.Number, "1") { Span = From(_at) } : ParseExpression(UnaryBinds);
        if (!Accept("ROW"))
            Expect("ROWS");
        var ties = Accept("WITH", "TIES");
        if (!ties)
            Expect("ONLY");
        return new LimitClause(count, before?.Offset, ties) { Span = From(start) };
    }

    private bool ParseLocking()
    {
        Take();
        if (Accept("NO"))
            Expect("KEY");
        else
            Accept("KEY");
        if (!Accept("UPDATE"))
            Expect("SHARE");
        if (Accept("OF"))
            List(ParseObjectName);
        if (Accept("SKIP"))
            Expect("LOCKED");
        else
            Accept("NOWAIT");
        return true;
    }
}

using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <content>Queries.</content>
internal sealed partial class SqlParser
{
    private bool StartsQuery()
    {
        // Nested parentheses: the first word behind them tells.
        var ahead = 0;
        while (IsMark("(", ahead) && ahead < MostDepth)
            ahead++;
        return Is("SELECT", ahead) || Is("VALUES", ahead) || Is("WITH", ahead) || Postgres && Is("TABLE", ahead);
    }

    private bool ContinuesQuery() =>
        Is("UNION") || Is("INTERSECT") || Is("EXCEPT") || Is("ORDER") || Is("LIMIT") || Is("OFFSET") || Is("FETCH") || Is("FOR");

    private Query ParseQuery()
    {
        var start = _at;
        var with = Is("WITH") ? ParseWith() : null;
        return ParseQueryAfterWith(with, start);
    }

    private Query ParseQueryAfterWith(WithClause? with, int start) => ParseQueryTail(with, ParseSetOperations(ParseQueryTerm(), 0), start);

    private Query ParseQueryAfterNested(Query nested, int start) =>
        ParseQueryTail(null, ParseSetOperations(new NestedQuery(nested) { Span = From(start) }, 0), start);

    // INTERSECT binds tighter than UNION and EXCEPT on PostgreSQL; on SQLite all go from left to right.
    private QueryBody ParseSetOperations(QueryBody left, int least)
    {
        var links = 0;
        while (true)
        {
            var token = Peek();
            var binds = token.Is("UNION") || token.Is("EXCEPT") ? 1 : token.Is("INTERSECT") ? Postgres ? 2 : 1 : 0;
            if (binds == 0 || binds <= least)
                return left;
            CountChain(ref links, token);
            Take();
            var all = Accept("ALL");
            if (!all)
                Accept("DISTINCT");
            var right = ParseSetOperations(ParseQueryTerm(), binds);
            left = new SetOperation(token.Value.ToUpperInvariant(), all, left, right) { Span = new SourceSpan(left.Span.Start, _tokens[_at - 1].Span.End - left.Span.Start) };
        }
    }

    private QueryBody ParseQueryTerm()
    {
        var start = _at;
        Enter();
        QueryBody term;
        if (AcceptMark("("))
        {
            var query = ParseQuery();
            ExpectMark(")");
            term = new NestedQuery(query) { Span = From(start) };
        }
        else if (Accept("VALUES"))
        {
            var rows = List(ParseValuesRow);
            term = new ValuesBody(rows) { Span = From(start) };
        }
        else if (Postgres && Accept("TABLE"))
        {
            var table = ParseTableReference();
            term = new TableBody(table) { Span = From(start) };
        }
        else
        {
            term = ParseSelectBody();
        }

        Leave();
        return term;
    }

    private RowExpression ParseValuesRow()
    {
        var start = _at;
        var items = Parenthesized(() => ParseExpression());
        return new RowExpression(items) { Span = From(start) };
    }

    private SelectBody ParseSelectBody()
    {
        var start = _at;
        Expect("SELECT");
        var (distinct, distinctOn) = ParseDistinct();
        var into = ParseInto();
        var items = StartsSelectItem() ? List(ParseSelectItem) : [];
        into.AddRange(ParseInto());
        var from = Accept("FROM") ? List(ParseSource) : [];
        into.AddRange(ParseInto());
        var where = Accept("WHERE") ? ParseExpression() : null;
        var groupBy = Is("GROUP") ? ParseGroupBy() : null;
        var having = Accept("HAVING") ? ParseExpression() : null;
        var windows = Accept("WINDOW") ? List(ParseNamedWindow) : [];
        into.AddRange(ParseInto());
        return new SelectBody(items)
        {
            Span = From(start),
            Distinct = distinct,
            DistinctOn = distinctOn,
            Into = into,
            From = from,
            Where = where,
            GroupBy = groupBy,
            Having = having,
            Windows = windows,
        };
    }

    // PostgreSQL: SELECT FROM t has no columns at all.
    private bool StartsSelectItem() => !(Postgres && (Peek().Kind == TokenKind.End || Is("FROM") || Is("WHERE") || Is("INTO") || IsMark(")") || ContinuesQuery()));

    private (bool Distinct, List<Expression> On) ParseDistinct()
    {
        if (Accept("ALL") || !Accept("DISTINCT"))
            return (false, []);
        return (true, Postgres && Accept("ON") ? Parenthesized(() => ParseExpression()) : []);
    }

    private List<Expression> ParseInto()
    {
        if (!Postgres || !Accept("INTO"))
            return [];
        while (Accept("STRICT") || Accept("TEMPORARY") || Accept("TEMP") || Accept("UNLOGGED") || Accept("TABLE"))
        {
        }

        return List(ParseTarget);
    }

    private Expression ParseTarget() => ParseExpression(SubscriptBinds);

    private SelectItem ParseSelectItem()
    {
        var start = _at;
        var value = ParseExpression();
        var alias = Accept("AS") ? ParseAliasLabel() : IsBareAlias() || !Postgres && Peek().Kind == TokenKind.String ? MadeName(Take()) : null;
        return new SelectItem(value, alias) { Span = From(start) };
    }

    private Identifier ParseAliasLabel() => Peek().Kind == TokenKind.String && !Postgres ? MadeName(Take()) : ParseLabel();

    private bool IsBareAlias() => Peek() switch
    {
        { Kind: TokenKind.QuotedName } => true,
        { Kind: TokenKind.Word } word => !ReservedWords.NoAlias(word.Value, _dialect),
        _ => false,
    };

    private GroupByClause ParseGroupBy()
    {
        var start = _at;
        Expect("GROUP");
        Expect("BY");
        if (!Accept("DISTINCT"))
            Accept("ALL");
        var sets = false;
        var items = new List<Expression>();
        do
            ParseGroupItem(items, ref sets);
        while (AcceptMark(","));
        return new GroupByClause(items, sets) { Span = From(start) };
    }

    private void ParseGroupItem(List<Expression> items, ref bool sets)
    {
        Enter();
        if (Postgres && (Accept("GROUPING", "SETS") || Is("ROLLUP") && IsMark("(", 1) || Is("CUBE") && IsMark("(", 1)))
        {
            sets = true;
            if (!IsMark("("))
                Take();
            ExpectMark("(");
            do
                ParseGroupItem(items, ref sets);
            while (AcceptMark(","));
            ExpectMark(")");
        }
        else if (Postgres && IsMark("(") && IsMark(")", 1))
        {
            sets = true;
            _at += 2;
        }
        else
        {
            var item = ParseExpression();
            items.AddRange(item is RowExpression row ? row.Items : [item]);
        }

        Leave();
    }

    private NamedWindow ParseNamedWindow()
    {
        var start = _at;
        var name = ParseName();
        Expect("AS");
        var window = ParseWindow();
        return new NamedWindow(name, window) { Span = From(start) };
    }

    private List<OrderItem> ParseOrderBy()
    {
        Expect("ORDER");
        Expect("BY");
        return List(ParseOrderItem);
    }

    private OrderItem ParseOrderItem()
    {
        var start = _at;
        var value = ParseExpression();
        var descending = Accept("DESC");
        if (!descending && !Accept("ASC") && Postgres && Accept("USING"))
            Take();
        if (Accept("NULLS") && !Accept("FIRST"))
            Expect("LAST");
        return new OrderItem(value, descending) { Span = From(start) };
    }

    private WithClause ParseWith()
    {
        var start = _at;
        Expect("WITH");
        var recursive = Accept("RECURSIVE");
        var tables = List(ParseCommonTable);
        return new WithClause(recursive, tables) { Span = From(start) };
    }

    private CommonTable ParseCommonTable()
    {
        Enter();
        var start = _at;
        var name = ParseName();
        var columns = ParseOptionalNames();
        Expect("AS");
        if (Accept("NOT"))
            Expect("MATERIALIZED");
        else
            Accept("MATERIALIZED");
        ExpectMark("(");
        var body = ParseRowStatement(Peek()) ?? throw Unexpected("a query");
        ExpectMark(")");
        while (Is("SEARCH") || Is("CYCLE"))
            SkipSearch();
        Leave();
        return new CommonTable(name, columns, body) { Span = From(start) };
    }

    // SEARCH DEPTH FIRST BY a SET b, CYCLE a SET b [TO x DEFAULT y] USING c: they add columns, never rows.
    private void SkipSearch()
    {
        Take();
        while (!Is("SET"))
            if (Take().Kind == TokenKind.End)
                throw Unexpected("SET");
        Take();
        ParseName();
        if (Accept("TO"))
        {
            ParseExpression();
            Expect("DEFAULT");
            ParseExpression();
        }

        if (Accept("USING"))
            ParseName();
    }
}

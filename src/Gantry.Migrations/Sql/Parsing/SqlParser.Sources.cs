using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <content>FROM.</content>
internal sealed partial class SqlParser
{
    private TableSource ParseSource() => ParseJoins(ParseSimpleSource(), untilOn: false);

    // PostgreSQL: a JOIN b JOIN c ON … ON …: what follows b belongs to b until the ON of b's own join.
    private TableSource ParseJoins(TableSource left, bool untilOn)
    {
        var links = 0;
        while (true)
        {
            if (untilOn && (Is("ON") || Is("USING")))
                return left;
            var token = Peek();
            if (ParseJoinWords() is not var (kind, natural, cross))
                return left;
            CountChain(ref links, token);
            var right = ParseSimpleSource();
            if (Postgres && !natural && !cross && !Is("ON") && !Is("USING"))
            {
                Enter();
                right = ParseJoins(right, untilOn: true);
                Leave();
            }

            var on = Accept("ON") ? ParseExpression() : null;
            var columns = on is null && Accept("USING") ? ParseNames() : [];
            var alias = columns.Count > 0 && Postgres && Accept("AS") ? ParseName() : null;
            if (Postgres && !natural && !cross && on is null && columns.Count == 0)
                throw Unexpected("ON or USING");
            left = new JoinSource(left, kind, right)
            {
                Span = new SourceSpan(left.Span.Start, _tokens[_at - 1].Span.End - left.Span.Start),
                Natural = natural,
                On = on,
                Using = columns,
                Alias = alias,
            };
        }
    }

    private (JoinKind Kind, bool Natural, bool Cross)? ParseJoinWords()
    {
        var start = _at;
        var natural = Accept("NATURAL");
        var cross = Accept("CROSS");
        var kind = Accept("LEFT") ? JoinKind.Left : Accept("RIGHT") ? JoinKind.Right : Accept("FULL") ? JoinKind.Full : JoinKind.Inner;
        if (kind != JoinKind.Inner)
            Accept("OUTER");
        else
            Accept("INNER");
        if (Accept("JOIN"))
            return (kind, natural, cross);
        if (_at != start)
            throw Unexpected("JOIN");
        return null;
    }

    private TableSource ParseSimpleSource()
    {
        var start = _at;
        var lateral = Postgres && Accept("LATERAL");
        if (IsMark("("))
        {
            var (query, source) = ParseSourceParentheses();
            if (query is not null)
                return WithAlias(new QuerySource(query, lateral) { Span = From(start) }, start);
            // A join in parentheses may have an alias, which hides the names inside.
            return Postgres && (Is("AS") || IsBareAlias()) ? WithAlias(source!, start) : source!;
        }

        if (Postgres && Is("ROWS") && Is("FROM", 1))
        {
            _at += 2;
            var calls = Parenthesized(() => ParseExpression());
            return WithAlias(new FunctionSource(calls, lateral) { Span = From(start) }, start);
        }

        if (IsCall())
        {
            var call = ParseExpression(CastBinds + 1);
            return WithAlias(new FunctionSource([call], lateral) { Span = From(start) }, start);
        }

        return ParseTableReference();
    }

    private bool IsCall()
    {
        if (Is("ONLY"))
            return false;
        var ahead = 0;
        while (IsMark(".", ahead + 1))
            ahead += 2;
        return IsMark("(", ahead + 1) && Peek(ahead).Kind is TokenKind.Word or TokenKind.QuotedName
            || Postgres && Peek().Value.ToUpperInvariant() is "CURRENT_DATE" or "CURRENT_TIMESTAMP" or "CURRENT_USER";
    }

    // As with expressions, only behind the innermost parenthesis is it clear whether they hold a query or a join.
    private (Query? Query, TableSource? Source) ParseSourceParentheses()
    {
        Enter();
        ExpectMark("(");
        var start = _at;
        Query? query = null;
        TableSource? source = null;
        if (IsMark("("))
        {
            (query, source) = ParseSourceParentheses();
            if (query is not null && ContinuesQuery())
                query = ParseQueryAfterNested(query, start);
            else if (query is not null && !IsMark(")"))
                (source, query) = (WithAlias(new QuerySource(query, false) { Span = From(start) }, start), null);
            if (source is not null)
                source = ParseJoins(Postgres && (Is("AS") || IsBareAlias()) ? WithAlias(source, start) : source, untilOn: false);
        }
        else if (StartsQuery())
        {
            query = ParseQuery();
        }
        else
        {
            source = ParseSource();
        }

        // SQLite: (a, b) is a join too.
        while (!Postgres && source is not null && AcceptMark(","))
        {
            var right = ParseSource();
            source = new JoinSource(source, JoinKind.Inner, right) { Span = From(start) };
        }

        ExpectMark(")");
        Leave();
        return (query, source);
    }

    private TableReference ParseTableReference()
    {
        var start = _at;
        var only = Postgres && Accept("ONLY");
        var parenthesis = only && AcceptMark("(");
        var name = ParseObjectName();
        if (parenthesis)
            ExpectMark(")");
        else if (Postgres)
            AcceptMark("*");
        var table = (TableReference)WithAlias(new TableReference(name, only) { Span = From(start) }, start);
        if (Postgres && Accept("TABLESAMPLE"))
        {
            ParseObjectName();
            var sample = Parenthesized(() => ParseExpression());
            if (Accept("REPEATABLE"))
                sample.AddRange(Parenthesized(() => ParseExpression()));
            table = table with { Sample = sample };
        }

        if (!Postgres && Accept("INDEXED", "BY"))
            ParseName();
        else if (!Postgres)
            Accept("NOT", "INDEXED");
        return table with { Span = From(start) };
    }

    private TableSource WithAlias(TableSource source, int start)
    {
        if (Postgres && source is FunctionSource)
            Accept("WITH", "ORDINALITY");
        Identifier? alias = null;
        if (Accept("AS"))
            alias = IsMark("(") ? null : ParseName();
        else if (IsBareAlias())
            alias = MadeName(Take());
        else if (!(source is FunctionSource && IsMark("(")))
            return source with { Span = From(start) };
        var columns = IsMark("(") && Postgres ? Parenthesized(ParseAliasColumn) : [];
        return source with { Alias = alias, ColumnAliases = columns, Span = From(start) };
    }

    // A function that gives records: AS t (a int, b text)
    private Identifier ParseAliasColumn()
    {
        var name = ParseName();
        if (!IsMark(",") && !IsMark(")"))
        {
            ParseType();
            if (Accept("COLLATE"))
                ParseCollation();
        }

        return name;
    }
}

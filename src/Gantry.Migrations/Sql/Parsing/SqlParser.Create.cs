using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <content>CREATE, DROP.</content>
internal sealed partial class SqlParser
{
    private Statement ParseCreate()
    {
        var start = _at;
        Expect("CREATE");
        var replace = Accept("OR", "REPLACE");
        if (Accept("GLOBAL") || Accept("LOCAL"))
            return ParseCreateTable(start);
        if (Is("TABLE") || (Is("TEMP") || Is("TEMPORARY") || Is("UNLOGGED") || Is("VIRTUAL") || Is("FOREIGN")) && Is("TABLE", 1))
            return ParseCreateTable(start);
        if (Is("INDEX") || Is("UNIQUE") && Is("INDEX", 1))
            return ParseCreateIndex(start);

        // What may come before VIEW and TRIGGER.
        while (Accept("TEMP") || Accept("TEMPORARY") || Is("RECURSIVE") || Accept("CONSTRAINT"))
            if (Is("RECURSIVE"))
                throw Unexpected();
        if (Is("VIEW") || Is("MATERIALIZED") && Is("VIEW", 1))
            return ParseCreateView(start, replace);
        if (Accept("TRIGGER"))
            return Postgres ? ParsePostgresTrigger(start) : ParseSqliteTrigger(start);
        if (Postgres && (Is("FUNCTION") || Is("PROCEDURE")))
            return ParseCreateFunction(start);
        return ParseRest(start, "CREATE " + Take().Value.ToUpperInvariant());
    }

    private bool AcceptIfNotExists() => Accept("IF", "NOT", "EXISTS");

    private CreateIndexStatement ParseCreateIndex(int start)
    {
        var unique = Accept("UNIQUE");
        Expect("INDEX");
        var concurrently = Postgres && Accept("CONCURRENTLY");
        var ifNotExists = AcceptIfNotExists();
        var name = Is("ON") ? null : ParseObjectName();
        Expect("ON");
        var tableStart = _at;
        var only = Postgres && Accept("ONLY");
        var table = new TableReference(ParseObjectName(), only) { Span = From(tableStart) };
        var method = Postgres && Accept("USING") ? ParseName().Text : null;
        var parts = Parenthesized(ParseIndexPart);
        var include = Postgres && Accept("INCLUDE") ? ParseNames() : [];
        var nullsNotDistinct = ParseNullsDistinct();
        SkipStorage();
        var where = Accept("WHERE") ? ParseExpression() : null;
        return new CreateIndexStatement(name, table, parts)
        {
            Span = From(start),
            Source = _source,
            Unique = unique,
            Concurrently = concurrently,
            IfNotExists = ifNotExists,
            Method = method,
            Include = include,
            NullsNotDistinct = nullsNotDistinct,
            Where = where,
        };
    }

    private bool ParseNullsDistinct()
    {
        if (!Postgres || !Is("NULLS"))
            return false;
        Take();
        var not = Accept("NOT");
        Expect("DISTINCT");
        return not;
    }

    private void SkipStorage()
    {
        while (Postgres && (Is("WITH") && IsMark("(", 1) || Is("TABLESPACE") || Is("USING") && Is("INDEX", 1) && Is("TABLESPACE", 2)))
        {
            if (Accept("WITH"))
            {
                ExpectMark("(");
                SkipToClosing();
            }
            else
            {
                Accept("USING", "INDEX");
                Expect("TABLESPACE");
                ParseName();
            }
        }
    }

    private IndexPart ParseIndexPart()
    {
        var start = _at;
        var value = ParseExpression();
        ObjectName? collation = null;
        if (value is CollateExpression collate)
            (value, collation) = (collate.Operand, collate.Collation);
        ObjectName? operators = null;
        if (Postgres && IsName() && !Is("ASC") && !Is("DESC") && !Is("NULLS"))
        {
            operators = ParseObjectName();
            SkipTypeModifiers();
        }

        var descending = Accept("DESC");
        if (!descending)
            Accept("ASC");
        if (Accept("NULLS") && !Accept("FIRST"))
            Expect("LAST");
        return new IndexPart(value, collation, descending) { Span = From(start), OperatorClass = operators };
    }

    private CreateViewStatement ParseCreateView(int start, bool replace)
    {
        var materialized = Accept("MATERIALIZED");
        Expect("VIEW");
        var ifNotExists = AcceptIfNotExists();
        var name = ParseObjectName();
        var columns = ParseOptionalNames();
        SkipStorage();
        Expect("AS");
        var query = ParseQuery();
        if (Accept("WITH"))
        {
            // WITH CHECK OPTION, WITH NO DATA
            while (Peek().Kind == TokenKind.Word)
                Take();
        }

        return new CreateViewStatement(name, columns, query)
        { Span = From(start), Source = _source, OrReplace = replace, IfNotExists = ifNotExists, Materialized = materialized };
    }

    private CreateTriggerStatement ParseSqliteTrigger(int start)
    {
        AcceptIfNotExists();
        var name = ParseObjectName();
        if (!Accept("BEFORE") && !Accept("AFTER"))
            Accept("INSTEAD", "OF");
        var events = new List<string> { Take().Value.ToUpperInvariant() };
        if (Accept("OF"))
            List(ParseName);
        Expect("ON");
        var table = ParseObjectName();
        Accept("FOR", "EACH", "ROW");
        var when = Accept("WHEN") ? ParseExpression() : null;
        Expect("BEGIN");
        var body = new List<Statement>();
        while (!Accept("END"))
        {
            body.Add(ParseRowStatement(Peek()) ?? throw Unexpected("INSERT, UPDATE, DELETE or SELECT"));
            ExpectMark(";");
        }

        return new CreateTriggerStatement(name, table, when, body) { Span = From(start), Source = _source, Events = events };
    }

    private CreateTriggerStatement ParsePostgresTrigger(int start)
    {
        var name = ParseObjectName();
        var events = new List<string>();
        while (!Is("ON"))
        {
            var token = Take();
            if (token.Kind == TokenKind.End)
                throw Unexpected("ON");
            if (token.Value.ToUpperInvariant() is "INSERT" or "UPDATE" or "DELETE" or "TRUNCATE")
                events.Add(token.Value.ToUpperInvariant());
            if (token.Is("OF"))
                List(ParseName);
        }

        Expect("ON");
        var table = ParseObjectName();
        Expression? when = null;
        while (!Is("EXECUTE"))
        {
            if (Accept("WHEN"))
                when = Parenthesized(() => ParseExpression())[0];
            else if (Take().Kind == TokenKind.End)
                throw Unexpected("EXECUTE");
        }

        while (Peek().Kind != TokenKind.End)
            Take();
        return new CreateTriggerStatement(name, table, when, []) { Span = From(start), Source = _source, Events = events };
    }

    private DropStatement ParseDrop()
    {
        var start = _at;
        Expect("DROP");
        var kind = Take().Value.ToUpperInvariant();
        if (kind is "MATERIALIZED" or "FOREIGN" or "EVENT" or "OPERATOR" or "TEXT" or "ACCESS" && Peek().Kind == TokenKind.Word && !Is("IF"))
            kind += " " + Take().Value.ToUpperInvariant();
        var concurrently = Postgres && Accept("CONCURRENTLY");
        var ifExists = Accept("IF", "EXISTS");
        var names = new List<ObjectName>();
        if (kind is "TABLE" or "INDEX" or "VIEW" or "MATERIALIZED VIEW" or "FOREIGN TABLE" or "SEQUENCE" or "TYPE" or "SCHEMA" or "DOMAIN" or "EXTENSION")
            names = List(ParseObjectName);
        else if (IsName())
            names = [ParseObjectName()];
        var cascade = false;
        while (Peek().Kind != TokenKind.End)
            cascade |= Take().Is("CASCADE");
        return new DropStatement(kind, names) { Span = From(start), Source = _source, IfExists = ifExists, Cascade = cascade, Concurrently = concurrently };
    }
}

using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <content>INSERT, UPDATE, DELETE, MERGE.</content>
internal sealed partial class SqlParser
{
    private InsertStatement ParseInsert(WithClause? with, int start)
    {
        string? or = Accept("REPLACE") ? "REPLACE" : null;
        if (or is null)
        {
            Expect("INSERT");
            or = ParseOr();
        }

        Expect("INTO");
        var table = ParseInsertTarget();
        var columns = IsMark("(") && !StartsQuery() ? Parenthesized(ParseColumnTarget) : [];
        if (Accept("OVERRIDING"))
        {
            Take();
            Expect("VALUE");
        }

        Query? query = null;
        if (!Accept("DEFAULT", "VALUES"))
            query = StartsQuery() ? ParseQuery() : throw Unexpected("VALUES or SELECT");
        var conflicts = new List<ConflictClause>();
        while (Is("ON") && Is("CONFLICT", 1))
            conflicts.Add(ParseConflict());
        var returning = ParseReturning();
        return new InsertStatement(table, columns, query)
        { Span = From(start), Source = _source, With = with, Or = or, Conflicts = conflicts, Returning = returning };
    }

    private string? ParseOr() => !Postgres && Accept("OR") ? Take().Value.ToUpperInvariant() : null;

    // An alias needs AS here.
    private TableReference ParseInsertTarget()
    {
        var start = _at;
        var name = ParseObjectName();
        var alias = Accept("AS") ? ParseName() : null;
        return new TableReference(name, false) { Span = From(start), Alias = alias };
    }

    private Identifier ParseColumnTarget()
    {
        var name = ParseName();
        while (Postgres && (IsMark(".") || IsMark("[")))
            if (AcceptMark("."))
                ParseLabel();
            else
                ParseSubscript(new ColumnReference([name]) { Span = name.Span }, _at);
        return name;
    }

    private ConflictClause ParseConflict()
    {
        var start = _at;
        _at += 2;
        var target = IsMark("(") ? Parenthesized(ParseIndexPart) : [];
        var targetWhere = Accept("WHERE") ? ParseExpression() : null;
        var constraint = Accept("ON", "CONSTRAINT") ? ParseName() : null;
        Expect("DO");
        List<Assignment>? set = null;
        Expression? where = null;
        if (!Accept("NOTHING"))
        {
            Expect("UPDATE");
            Expect("SET");
            set = List(ParseAssignment);
            where = Accept("WHERE") ? ParseExpression() : null;
        }

        return new ConflictClause([.. target.Select(part => part.Value)], targetWhere, constraint, set, where) { Span = From(start) };
    }

    private Assignment ParseAssignment()
    {
        var start = _at;
        var targets = IsMark("(") ? Parenthesized(ParseColumnTarget) : [ParseColumnTarget()];
        if (!AcceptMark("=") && !AcceptMark("=="))
            throw Unexpected("=");
        var value = ParseExpression();
        return new Assignment(targets, value) { Span = From(start) };
    }

    private List<SelectItem> ParseReturning()
    {
        if (!Accept("RETURNING"))
            return [];
        var items = List(ParseSelectItem);
        ParseInto();
        return items;
    }

    private UpdateStatement ParseUpdate(WithClause? with, int start)
    {
        Expect("UPDATE");
        var or = ParseOr();
        var table = ParseTableReference();
        Expect("SET");
        var set = List(ParseAssignment);
        var from = Accept("FROM") ? List(ParseSource) : [];
        var (where, current) = ParseRowWhere();
        var returning = ParseReturning();
        return new UpdateStatement(table, set)
        { Span = From(start), Source = _source, With = with, Or = or, From = from, Where = where, CurrentOf = current, Returning = returning };
    }

    private DeleteStatement ParseDelete(WithClause? with, int start)
    {
        Expect("DELETE");
        Expect("FROM");
        var table = ParseTableReference();
        var sources = Postgres && Accept("USING") ? List(ParseSource) : [];
        var (where, current) = ParseRowWhere();
        var returning = ParseReturning();
        return new DeleteStatement(table)
        { Span = From(start), Source = _source, With = with, Using = sources, Where = where, CurrentOf = current, Returning = returning };
    }

    private (Expression? Where, bool CurrentOf) ParseRowWhere()
    {
        if (!Accept("WHERE"))
            return (null, false);
        if (Postgres && Accept("CURRENT", "OF"))
        {
            ParseName();
            return (null, true);
        }

        return (ParseExpression(), false);
    }

    private MergeStatement ParseMerge(WithClause? with, int start)
    {
        Expect("MERGE");
        Accept("INTO");
        var table = ParseTableReference();
        Expect("USING");
        var source = ParseSource();
        Expect("ON");
        var on = ParseExpression();
        var branches = new List<MergeBranch>();
        while (Is("WHEN"))
            branches.Add(ParseMergeBranch());
        ParseReturning();
        return new MergeStatement(table, source, on, branches) { Span = From(start), Source = _source, With = with };
    }

    private MergeBranch ParseMergeBranch()
    {
        var start = _at;
        Expect("WHEN");
        var matched = !Accept("NOT");
        Expect("MATCHED");
        if (Accept("BY") && !Accept("SOURCE"))
            Expect("TARGET");
        var condition = Accept("AND") ? ParseExpression() : null;
        Expect("THEN");
        List<Assignment> set = [];
        List<Identifier> columns = [];
        List<Expression> values = [];
        string action;
        if (Accept("DO", "NOTHING"))
            action = "DO NOTHING";
        else if (Accept("DELETE"))
            action = "DELETE";
        else if (Accept("UPDATE"))
        {
            action = "UPDATE";
            Expect("SET");
            set = List(ParseAssignment);
        }
        else
        {
            action = "INSERT";
            Expect("INSERT");
            columns = ParseOptionalNames();
            if (Accept("OVERRIDING"))
                _at += 2;
            if (!Accept("DEFAULT", "VALUES"))
            {
                Expect("VALUES");
                values = Parenthesized(() => ParseExpression());
            }
        }

        return new MergeBranch(matched, condition, action, set, columns, values) { Span = From(start) };
    }
}

using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <content>CREATE TABLE.</content>
internal sealed partial class SqlParser
{
    private CreateTableStatement ParseCreateTable(int start)
    {
        var temporary = Accept("TEMP") || Accept("TEMPORARY");
        var unlogged = Accept("UNLOGGED");
        var foreign = Accept("VIRTUAL") || Accept("FOREIGN");
        Expect("TABLE");
        var ifNotExists = AcceptIfNotExists();
        var table = new CreateTableStatement(ParseObjectName())
        { Span = default, Source = _source, Temporary = temporary, Unlogged = unlogged, Foreign = foreign, IfNotExists = ifNotExists };

        if (foreign && !Postgres)
        {
            // USING fts5(…): the module alone knows what its arguments mean.
            while (Peek().Kind is not (TokenKind.End or TokenKind.Broken))
                Take();
            return table with { Span = From(start) };
        }

        if (Postgres && Accept("PARTITION", "OF"))
            table = table with { PartitionOf = ParseObjectName() };
        if (Postgres && Accept("OF"))
            throw Unexpected();
        if (IsMark("(") && !StartsQuery())
            table = IsNamesThenAs() ? table with { AsColumns = ParseNames() } : ParseTableItems(table);
        table = ParseTableOptions(table);
        if (Accept("AS"))
        {
            table = table with { AsQuery = ParseQuery() };
            if (Accept("WITH"))
            {
                Accept("NO");
                Expect("DATA");
            }
        }

        return table with { Span = From(start) };
    }

    // CREATE TABLE t (a, b) AS SELECT …; on SQLite (a, b) are columns without a type.
    private bool IsNamesThenAs()
    {
        if (!Postgres)
            return false;
        var ahead = 1;
        while (Peek(ahead).Kind is TokenKind.Word or TokenKind.QuotedName && IsMark(",", ahead + 1))
            ahead += 2;
        return Peek(ahead).Kind is TokenKind.Word or TokenKind.QuotedName && IsMark(")", ahead + 1);
    }

    private CreateTableStatement ParseTableItems(CreateTableStatement table)
    {
        var columns = new List<ColumnDefinition>();
        var constraints = new List<TableConstraint>();
        var likes = new List<LikeClause>();
        ExpectMark("(");
        if (!AcceptMark(")"))
        {
            do
                ParseTableItem(table, columns, constraints, likes);
            while (AcceptMark(",") || !Postgres && StartsConstraint());
            ExpectMark(")");
        }

        return table with { Columns = columns, Constraints = constraints, Likes = likes };
    }

    private void ParseTableItem(CreateTableStatement table, List<ColumnDefinition> columns, List<TableConstraint> constraints, List<LikeClause> likes)
    {
        if (Postgres && Is("LIKE"))
            likes.Add(ParseLike());
        else if (StartsConstraint())
            constraints.Add(ParseTableConstraint());
        else
            columns.Add(ParseColumn(typed: table.PartitionOf is null));
    }

    private bool StartsConstraint() =>
        Is("CONSTRAINT") || Is("PRIMARY") || Is("UNIQUE") || Is("CHECK") || Is("FOREIGN") || Postgres && Is("EXCLUDE") && (Is("USING", 1) || IsMark("(", 1));

    private LikeClause ParseLike()
    {
        var start = _at;
        Expect("LIKE");
        var table = ParseObjectName();
        var including = new List<string>();
        while (Is("INCLUDING") || Is("EXCLUDING"))
        {
            var add = Take().Is("INCLUDING");
            var what = Take().Value.ToUpperInvariant();
            if (add)
                including.Add(what);
            else if (what == "ALL")
                including.Clear();
            else
                including.Remove(what);
        }

        return new LikeClause(table, including) { Span = From(start) };
    }

    private CreateTableStatement ParseTableOptions(CreateTableStatement table)
    {
        while (true)
        {
            if (!Postgres)
            {
                if (Accept("WITHOUT"))
                {
                    Expect("ROWID");
                    table = table with { WithoutRowId = true };
                }
                else if (Accept("STRICT"))
                    table = table with { Strict = true };
                else if (!(table.WithoutRowId || table.Strict) || !AcceptMark(","))
                    return table;
            }
            else if (Accept("INHERITS"))
                table = table with { Inherits = Parenthesized(ParseObjectName) };
            else if (Is("PARTITION") && Is("BY", 1))
            {
                _at += 2;
                Take();
                ExpectMark("(");
                SkipToClosing();
                table = table with { Partitioned = true };
            }
            else if (table.PartitionOf is not null && Accept("FOR", "VALUES"))
                SkipPartitionBounds();
            else if (table.PartitionOf is not null && Accept("DEFAULT") || Accept("WITHOUT", "OIDS"))
                continue;
            else if (Accept("ON", "COMMIT"))
                SkipWords("DROP", "DELETE", "PRESERVE", "ROWS");
            else if (Accept("USING"))
                ParseName();
            else if (Is("WITH") && IsMark("(", 1) || Is("TABLESPACE"))
                SkipStorage();
            else if (table.Foreign && Accept("SERVER"))
                ParseName();
            else if (table.Foreign && Accept("OPTIONS"))
            {
                ExpectMark("(");
                SkipToClosing();
            }
            else
                return table;
        }
    }

    private void SkipWords(params string[] words)
    {
        while (words.Any(word => Is(word)))
            Take();
    }

    // IN (…), FROM (…) TO (…), WITH (MODULUS …)
    private void SkipPartitionBounds()
    {
        while (Is("IN") || Is("FROM") || Is("TO") || Is("WITH"))
        {
            Take();
            ExpectMark("(");
            SkipToClosing();
        }
    }

    private ColumnDefinition ParseColumn(bool typed = true)
    {
        var start = _at;
        var name = ParseName();
        var typeAt = _at;
        var type = typed ? ParseType() : new TypeName("", "") { Span = From(typeAt) };
        if (!typed)
            Accept("WITH", "OPTIONS");
        var column = new ColumnDefinition(name, type) { Span = default };
        var constraints = new List<TableConstraint>();
        while (ParseColumnOption(ref column, constraints))
        {
        }

        // serial and its relatives are numbered by a sequence and never null.
        var serial = Postgres && type.Text.Contains("serial", StringComparison.OrdinalIgnoreCase) && type.Name is "integer" or "bigint" or "smallint";
        return column with { Span = From(start), Constraints = constraints, Identity = column.Identity || serial, NotNull = column.NotNull || serial };
    }
}

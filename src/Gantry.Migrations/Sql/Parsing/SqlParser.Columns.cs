using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <content>What follows a column's type.</content>
internal sealed partial class SqlParser
{
    private bool ParseColumnOption(ref ColumnDefinition column, List<TableConstraint> constraints)
    {
        var start = _at;
        var name = Accept("CONSTRAINT") ? ParseName() : null;
        var part = new IndexPart(new ColumnReference([column.Name]) { Span = column.Name.Span }, null, false) { Span = column.Name.Span };
        if (Accept("NOT", "NULL"))
            column = column with { NotNull = true };
        else if (Accept("NULL"))
            column = column with { NotNull = false };
        else if (Accept("DEFAULT"))
            column = ParseDefault(column);
        else if (Accept("COLLATE"))
            column = column with { Collation = ParseCollation() };
        else if (Accept("PRIMARY", "KEY"))
            constraints.Add(ParseKeyOptions(new KeyConstraint(true, [part]) { Span = default, Name = name }, start, ref column));
        else if (Accept("UNIQUE"))
            constraints.Add(ParseKeyOptions(new KeyConstraint(false, [part]) { Span = default, Name = name }, start, ref column));
        else if (Is("CHECK"))
            constraints.Add(ParseCheck(name, start));
        else if (Is("REFERENCES"))
            constraints.Add(ParseReferences([column.Name], name, start));
        else if (Is("GENERATED") || !Postgres && Is("AS"))
            column = ParseGenerated(column);
        else if (Postgres && (Accept("STORAGE") || Accept("COMPRESSION")))
            Take();
        else if (!Postgres && Accept("AUTOINCREMENT"))
            column = column with { Identity = true };
        else if (name is null)
            return false;
        // SQLite takes CONSTRAINT and a name with nothing behind them.
        else if (Postgres)
            throw Unexpected("a constraint");

        SkipConflict();
        if (Postgres)
            Accept("NO", "INHERIT");
        return true;
    }

    // The default of a column ends where its next constraint begins: DEFAULT 0 NOT NULL.
    private ColumnDefinition ParseDefault(ColumnDefinition column)
    {
        var value = ParseExpression(Postgres ? 6 : UnaryBinds);
        return value is CollateExpression collate
            ? column with { Default = collate.Operand, Collation = collate.Collation }
            : column with { Default = value };
    }

    private ColumnDefinition ParseGenerated(ColumnDefinition column)
    {
        if (Accept("GENERATED") && !Accept("ALWAYS"))
        {
            Expect("BY");
            Expect("DEFAULT");
        }

        Expect("AS");
        if (Accept("IDENTITY"))
        {
            SkipTypeModifiers();
            return column with { Identity = true, NotNull = true };
        }

        var expression = Parenthesized(() => ParseExpression())[0];
        if (!Accept("STORED"))
            Accept("VIRTUAL");
        return column with { Generated = expression };
    }

    private KeyConstraint ParseKeyOptions(KeyConstraint key, int start, ref ColumnDefinition column)
    {
        if (!Postgres)
        {
            var descending = key.Primary && Accept("DESC");
            if (!descending)
                Accept("ASC");
            SkipConflict();
            if (Accept("AUTOINCREMENT"))
                column = column with { Identity = true };
            return key with { Span = From(start), Descending = descending };
        }

        return ParseKeyTail(key, start);
    }

    private KeyConstraint ParseKeyTail(KeyConstraint key, int start)
    {
        key = key with { NullsNotDistinct = key.NullsNotDistinct | ParseNullsDistinct() };
        SkipStorage();
        var (deferrable, notValid) = ParseConstraintFlags();
        return key with { Span = From(start), Deferrable = deferrable, NotValid = notValid };
    }

    private (bool Deferrable, bool NotValid) ParseConstraintFlags()
    {
        bool deferrable = false, notValid = false;
        while (true)
        {
            if (Accept("NOT", "DEFERRABLE") || Accept("INITIALLY", "IMMEDIATE") || Accept("NO", "INHERIT"))
                continue;
            if (Accept("DEFERRABLE") || Accept("INITIALLY", "DEFERRED"))
                deferrable = true;
            else if (Accept("NOT", "VALID"))
                notValid = true;
            else
                return (deferrable, notValid);
        }
    }

    private void SkipConflict()
    {
        if (!Postgres && Accept("ON", "CONFLICT"))
            Take();
    }

    private CheckClause ParseCheck(Identifier? name, int start)
    {
        Expect("CHECK");
        ExpectMark("(");
        var condition = ParseExpression();
        ExpectMark(")");
        SkipConflict();
        var (deferrable, notValid) = ParseConstraintFlags();
        return new CheckClause(condition) { Span = From(start), Name = name, NotValid = notValid, Deferrable = deferrable };
    }

    private ForeignKeyConstraint ParseReferences(IReadOnlyList<Identifier> columns, Identifier? name, int start)
    {
        Expect("REFERENCES");
        var parent = ParseObjectName();
        var parents = ParseOptionalNames();
        var onDelete = "NO ACTION";
        while (true)
        {
            if (Accept("MATCH"))
                Take();
            else if (Is("ON") && (Is("DELETE", 1) || Is("UPDATE", 1)))
            {
                var delete = Is("DELETE", 1);
                _at += 2;
                var action = Take().Value.ToUpperInvariant();
                if (action is "NO" or "SET")
                    action += " " + Take().Value.ToUpperInvariant();
                if (Postgres && action.StartsWith("SET", StringComparison.Ordinal))
                    ParseOptionalNames();
                if (delete)
                    onDelete = action;
            }
            else
                break;
        }

        var (deferrable, notValid) = ParseConstraintFlags();
        return new ForeignKeyConstraint(columns, parent, parents) { Span = From(start), Name = name, OnDelete = onDelete, Deferrable = deferrable, NotValid = notValid };
    }

    private TableConstraint ParseTableConstraint()
    {
        var start = _at;
        var name = Accept("CONSTRAINT") ? ParseName() : null;
        if (Is("CHECK"))
            return ParseCheck(name, start);
        if (Accept("FOREIGN", "KEY"))
            return ParseReferences(ParseNames(), name, start);
        if (Postgres && Accept("EXCLUDE"))
            return ParseExclude(name, start);

        var primary = Accept("PRIMARY", "KEY");
        if (!primary)
            Expect("UNIQUE");
        if (Postgres && Accept("USING", "INDEX"))
        {
            var index = ParseName();
            return ParseKeyTail(new KeyConstraint(primary, []) { Span = default, Name = name, UsingIndex = index }, start);
        }

        var nullsNotDistinct = ParseNullsDistinct();
        var parts = Parenthesized(ParseIndexPart);
        SkipConflict();
        if (Postgres && Accept("INCLUDE"))
            ParseNames();
        return ParseKeyTail(new KeyConstraint(primary, parts) { Span = default, Name = name, NullsNotDistinct = nullsNotDistinct }, start);
    }

    private ExcludeConstraint ParseExclude(Identifier? name, int start)
    {
        if (Accept("USING"))
            ParseName();
        ExpectMark("(");
        SkipToClosing();
        SkipStorage();
        if (Accept("WHERE"))
        {
            ExpectMark("(");
            SkipToClosing();
        }

        var (deferrable, _) = ParseConstraintFlags();
        return new ExcludeConstraint { Span = From(start), Name = name, Deferrable = deferrable };
    }
}

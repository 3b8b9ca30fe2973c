using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <content>ALTER.</content>
internal sealed partial class SqlParser
{
    private Statement ParseAlter()
    {
        var start = _at;
        Expect("ALTER");
        if (Is("FOREIGN") && Is("TABLE", 1) || Is("MATERIALIZED") && Is("VIEW", 1))
            Take();
        var kind = Take().Value.ToUpperInvariant();
        if (kind is not ("TABLE" or "INDEX" or "VIEW") || Accept("ALL"))
            return ParseRest(start, "ALTER " + kind);
        var ifExists = Accept("IF", "EXISTS");
        var only = Postgres && Accept("ONLY");
        var name = ParseObjectName();
        AcceptMark("*");
        var actions = List(ParseAction);
        return new AlterTableStatement(kind, name, actions) { Span = From(start), Source = _source, IfExists = ifExists, Only = only };
    }

    private AlterAction ParseAction()
    {
        var start = _at;
        if (Accept("ADD"))
            return ParseAdd(start);
        if (Accept("DROP"))
            return ParseDropAction(start);
        if (Accept("RENAME"))
            return ParseRename(start);
        if (Accept("ALTER"))
            return ParseAlterColumn(start);
        if (Postgres && Accept("VALIDATE", "CONSTRAINT"))
        {
            var name = ParseName();
            return new ValidateConstraint(name) { Span = From(start) };
        }

        if (Postgres && Accept("SET", "SCHEMA"))
        {
            var schema = ParseName();
            return new SetSchema(schema) { Span = From(start) };
        }

        if (Postgres && (Accept("INHERIT") || Accept("NO", "INHERIT")))
        {
            var inherits = _at - start == 1;
            var parent = ParseObjectName();
            return new AlterInherit(parent, inherits) { Span = From(start) };
        }

        if (Postgres && (Is("ATTACH") || Is("DETACH")) && Is("PARTITION", 1))
            return ParsePartitionAction(start);
        return Postgres ? ParseOtherAction(start) : throw Unexpected("ADD, DROP, RENAME or ALTER");
    }

    private AlterPartition ParsePartitionAction(int start)
    {
        var attaches = Take().Is("ATTACH");
        Take();
        var partition = ParseObjectName();
        if (attaches && Accept("FOR", "VALUES"))
            SkipPartitionBounds();
        else if (attaches)
            Accept("DEFAULT");
        else if (!Accept("CONCURRENTLY"))
            Accept("FINALIZE");
        return new AlterPartition(partition, attaches) { Span = From(start) };
    }

    private AlterAction ParseAdd(int start)
    {
        if (StartsConstraint())
        {
            var constraint = ParseTableConstraint();
            return new AddConstraint(constraint) { Span = From(start) };
        }

        Accept("COLUMN");
        var ifNotExists = AcceptIfNotExists();
        var column = ParseColumn();
        return new AddColumn(column, ifNotExists) { Span = From(start) };
    }

    private AlterAction ParseDropAction(int start)
    {
        var constraint = Accept("CONSTRAINT");
        if (!constraint)
            Accept("COLUMN");
        var ifExists = Accept("IF", "EXISTS");
        var name = ParseName();
        var cascade = Accept("CASCADE");
        if (!cascade)
            Accept("RESTRICT");
        return constraint ? new DropConstraint(name, ifExists, cascade) { Span = From(start) } : new DropColumn(name, ifExists, cascade) { Span = From(start) };
    }

    private AlterAction ParseRename(int start)
    {
        if (Accept("TO"))
        {
            var to = ParseName();
            return new RenameTable(to) { Span = From(start) };
        }

        var constraint = Accept("CONSTRAINT");
        if (!constraint)
            Accept("COLUMN");
        var from = ParseName();
        Expect("TO");
        var name = ParseName();
        return constraint ? new RenameConstraint(from, name) { Span = From(start) } : new RenameColumn(from, name) { Span = From(start) };
    }

    private AlterAction ParseAlterColumn(int start)
    {
        if (Accept("CONSTRAINT"))
        {
            ParseName();
            var (_, _) = ParseConstraintFlags();
            return new OtherAction("ALTER CONSTRAINT") { Span = From(start) };
        }

        Accept("COLUMN");
        // ALTER INDEX: ALTER COLUMN 1 SET STATISTICS
        if (Peek().Kind == TokenKind.Number)
            return ParseOtherAction(start);
        var column = ParseName();
        if (Accept("SET", "NOT", "NULL"))
            return new AlterNotNull(column, true) { Span = From(start) };
        if (Accept("DROP", "NOT", "NULL"))
            return new AlterNotNull(column, false) { Span = From(start) };
        if (Accept("DROP", "DEFAULT"))
            return new AlterDefault(column, null) { Span = From(start) };
        if (Accept("SET", "DEFAULT"))
        {
            var value = ParseExpression();
            return new AlterDefault(column, value) { Span = From(start) };
        }

        if (Accept("TYPE") || Accept("SET", "DATA", "TYPE"))
        {
            var type = ParseType();
            var collation = Accept("COLLATE") ? ParseCollation() : null;
            var conversion = Accept("USING") ? ParseExpression() : null;
            return new AlterType(column, type, collation, conversion) { Span = From(start) };
        }

        if (Is("ADD") && Is("GENERATED", 1))
        {
            _at++;
            ParseGenerated(new ColumnDefinition(column, new TypeName("", "") { Span = default }) { Span = default });
            return new AlterGenerated(column, true, false) { Span = From(start) };
        }

        if (Accept("DROP", "IDENTITY") || Accept("DROP", "EXPRESSION"))
        {
            var expression = _tokens[_at - 1].Is("EXPRESSION");
            Accept("IF", "EXISTS");
            return new AlterGenerated(column, expression ? null : false, expression) { Span = From(start) };
        }

        return ParseOtherAction(start);
    }

    // Up to the comma that is not in parentheses.
    private OtherAction ParseOtherAction(int start)
    {
        var words = new List<string>();
        while (Peek().Kind != TokenKind.End && !IsMark(","))
        {
            if (Peek().Kind == TokenKind.Broken)
                throw Unexpected();
            if (words.Count < 3)
                words.Add(Peek().Value.ToUpperInvariant());
            if (Take().IsMark("("))
                SkipToClosing();
        }

        if (words.Count == 0)
            throw Unexpected();
        return new OtherAction(string.Join(' ', words)) { Span = From(start) };
    }
}

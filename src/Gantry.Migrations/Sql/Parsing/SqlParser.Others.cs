using System.Collections.Frozen;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <content>Statements without a tree of their own.</content>
internal sealed partial class SqlParser
{
    private static readonly FrozenSet<string> Known = new[]
    {
        "ANALYZE", "ATTACH", "CALL", "CHECKPOINT", "CLOSE", "CLUSTER", "COMMENT", "COPY", "DEALLOCATE", "DECLARE", "DETACH", "DISCARD", "EXECUTE",
        "EXPLAIN", "FETCH", "GRANT", "IMPORT", "LISTEN", "LOAD", "LOCK", "MOVE", "NOTIFY", "PREPARE", "REASSIGN", "REFRESH", "REINDEX", "REVOKE",
        "SECURITY", "SHOW", "UNLISTEN", "VACUUM",
    }.ToFrozenSet();

    private Statement ParseOther()
    {
        var start = _at;
        var verb = Take().Value.ToUpperInvariant();
        switch (verb)
        {
            case "BEGIN" or "START" or "COMMIT" or "END" or "ROLLBACK" or "ABORT" or "SAVEPOINT" or "RELEASE":
                SkipToEnd();
                return new TransactionStatement(verb) { Span = From(start), Source = _source };
            case "PREPARE" when Is("TRANSACTION"):
                SkipToEnd();
                return new TransactionStatement(verb) { Span = From(start), Source = _source };
            case "SET" or "RESET" when Postgres:
                return ParseSetting(verb, start);
            case "PRAGMA" when !Postgres:
                return ParseSetting(verb, start);
            case "TRUNCATE" when Postgres:
                return ParseTruncate(start);
            // They run another statement, in which a subquery may stand.
            case "EXPLAIN" or "PREPARE" or "DECLARE":
            case "COPY" when IsMark("("):
                return ParseCarrier(verb, start);
            case "CALL" when Postgres:
                var call = ParseExpression();
                return new OtherStatement(verb, null, [call]) { Span = From(start), Source = _source };
            default:
                _at = start;
                if (!Known.Contains(verb))
                    throw Unexpected();
                Take();
                return ParseRest(start, verb);
        }
    }

    private SettingStatement ParseSetting(string verb, int start)
    {
        if (!Accept("LOCAL"))
            Accept("SESSION");
        var nameAt = _at;
        while (Peek().Kind is TokenKind.Word or TokenKind.QuotedName && !Is("TO"))
        {
            Take();
            if (!AcceptMark("."))
                break;
        }

        var name = _source.Slice(From(nameAt)).ToString().ToLowerInvariant();
        if (!AcceptMark("=") && !AcceptMark("("))
            Accept("TO");
        var valueAt = _at;
        SkipToEnd();
        var value = _source.Slice(From(valueAt)).ToString().TrimEnd(')', ' ');
        return new SettingStatement(verb, name, value) { Span = From(start), Source = _source };
    }

    private TruncateStatement ParseTruncate(int start)
    {
        Accept("TABLE");
        var tables = List(() => ParseTableReference().Name);
        SkipWords("RESTART", "CONTINUE", "IDENTITY", "CASCADE", "RESTRICT");
        return new TruncateStatement(tables) { Span = From(start), Source = _source };
    }

    // EXPLAIN ANALYZE UPDATE …, PREPARE p AS SELECT …, DECLARE c CURSOR FOR …, COPY (SELECT …) TO …: the inner statement is what counts.
    private Statement ParseCarrier(string verb, int start)
    {
        while (!StartsQuery() && !StartsChange())
        {
            if (Peek().Kind is TokenKind.End or TokenKind.Broken)
                throw Unexpected();
            Take();
        }

        var inner = ParseRowStatement(Peek()) ?? ParseSelect(null, _at);
        if (verb == "COPY")
            SkipToEnd();
        return inner with { Span = From(start) };
    }

    private bool StartsChange() => Is("INSERT") || Is("UPDATE") || Is("DELETE") || Is("MERGE") && Postgres;

    private OtherStatement ParseRest(int start, string verb)
    {
        ObjectName? name = null;
        if (verb is "CREATE EXTENSION" or "CREATE SEQUENCE" or "CREATE TYPE" or "CREATE SCHEMA" or "CREATE DOMAIN" or "ALTER SEQUENCE" or "ALTER TYPE" or "REFRESH")
        {
            AcceptIfNotExists();
            Accept("IF", "EXISTS");
            Accept("MATERIALIZED", "VIEW");
            name = IsName() ? ParseObjectName() : null;
        }

        // What it would do is that of another statement, or of a query, that was not read.
        if (verb is "CREATE RULE" or "CREATE ASSERTION")
            throw Unexpected();
        while (Peek().Kind != TokenKind.End)
        {
            if (Peek().Kind == TokenKind.Broken || IsMark("(") && Is("SELECT", 1))
                throw Unexpected();
            Take();
        }

        return new OtherStatement(verb, name, []) { Span = From(start), Source = _source };
    }

    private void SkipToEnd()
    {
        while (Peek().Kind != TokenKind.End)
        {
            if (Peek().Kind == TokenKind.Broken)
                throw Unexpected();
            Take();
        }
    }
}

using System.Data.Common;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Rehearse.Compare;

/// <summary>What a database holds beside its tables: views, triggers, functions and types, each with its definition.</summary>
internal sealed record SchemaObjects(IReadOnlyDictionary<string, string> Definitions)
{
    private const string OfSqlite = "SELECT 'the ' || type || ' ' || name, sql FROM sqlite_schema WHERE type IN ('view', 'trigger')";

    // Extensions bring functions of their own. An enum's labels are left out: PostgreSQL adds some and takes none away, so that no way back can.
    private const string OfPostgres = """
        WITH own AS (SELECT oid, nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema')
        SELECT 'the view ' || c.oid::regclass, pg_get_viewdef(c.oid) FROM pg_class c JOIN own ON own.oid = c.relnamespace WHERE c.relkind IN ('v', 'm')
        UNION ALL SELECT 'the trigger ' || t.tgname || ' on ' || t.tgrelid::regclass, pg_get_triggerdef(t.oid) FROM pg_trigger t
          JOIN pg_class c ON c.oid = t.tgrelid JOIN own ON own.oid = c.relnamespace WHERE NOT t.tgisinternal
        UNION ALL SELECT 'the rule ' || r.rulename || ' on ' || r.ev_class::regclass, pg_get_ruledef(r.oid) FROM pg_rewrite r
          JOIN pg_class c ON c.oid = r.ev_class JOIN own ON own.oid = c.relnamespace WHERE r.rulename <> '_RETURN'
        UNION ALL SELECT 'the function ' || p.oid::regprocedure, pg_get_functiondef(p.oid) FROM pg_proc p JOIN own ON own.oid = p.pronamespace
          WHERE p.prokind IN ('f', 'p') AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
        UNION ALL SELECT 'the type ' || format_type(t.oid, NULL), t.typtype::text FROM pg_type t JOIN own ON own.oid = t.typnamespace
          WHERE t.typtype IN ('e', 'd', 'r') AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
        """;

    /// <summary>Asks a living database.</summary>
    public static async Task<SchemaObjects> ReadAsync(DbConnection connection, Dialect dialect, CancellationToken cancellationToken)
    {
        var rows = await LiveSchema.QueryAsync(connection, dialect == Dialect.Sqlite ? OfSqlite : OfPostgres, row => (Name: row.GetString(0), Text: row.GetString(1)), cancellationToken);
        return new SchemaObjects(rows.ToDictionary(row => row.Name, row => Plain(row.Text, dialect)));
    }

    /// <summary>Says in sentences how they differ.</summary>
    public List<string> Differences(SchemaObjects other, string ofThis, string ofOther)
    {
        var found = new List<string>();
        foreach (var name in Definitions.Keys.Union(other.Definitions.Keys).Order(StringComparer.Ordinal))
            if (!Definitions.TryGetValue(name, out var one))
                found.Add($"{name} is only there {ofOther}");
            else if (!other.Definitions.TryGetValue(name, out var second))
                found.Add($"{name} is only there {ofThis}");
            else if (one != second)
                found.Add($"{name} is not the same {ofThis} and {ofOther}");
        return found;
    }

    // Word by word: a column that was renamed and renamed back is quoted, says SQLite, and layout means nothing.
    private static string Plain(string definition, Dialect dialect) => string.Join(' ', StatementSplitter.Split(new SourceText("", definition), dialect)
        .SelectMany(statement => statement.Tokens).Select(token => token.Kind is TokenKind.Word or TokenKind.QuotedName ? token.Value.ToLowerInvariant() : token.Value));
}

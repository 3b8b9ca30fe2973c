using System.Data.Common;

namespace Gantry.Migrations.Schemas;

/// <summary>PostgreSQL's own account of a schema, from its catalog. What an extension brought with it is left out.</summary>
internal static class PostgresCatalog
{
    public static async Task<IReadOnlyList<TableSchema>> ReadAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var tables = await LiveSchema.QueryAsync(connection, $"""
            SELECT c.oid, {Name("c")}, c.relkind::text, EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhparent = c.oid),
              ARRAY(SELECT {Name("p")} FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE i.inhrelid = c.oid ORDER BY i.inhseqno)
            FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {Ours} ORDER BY 2
            """, row => (Id: row.GetFieldValue<uint>(0), Name: row.GetString(1), Kind: row.GetString(2), HasInheritors: row.GetBoolean(3), Inherits: row.GetFieldValue<string[]>(4)),
            cancellationToken);
        var columns = (await LiveSchema.QueryAsync(connection, $"""
            SELECT a.attrelid, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
              CASE WHEN a.attcollation <> t.typcollation THEN (SELECT collname::text FROM pg_collation WHERE oid = a.attcollation) END,
              a.attgenerated <> '', a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%' AND a.attgenerated = '', FALSE)
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND {Ours} ORDER BY a.attrelid, a.attnum
            """, row => (Table: row.GetFieldValue<uint>(0), Column: ReadColumn(row)), cancellationToken)).ToLookup(row => row.Table, row => row.Column);
        var indexes = (await ReadIndexesAsync(connection, cancellationToken)).ToLookup(row => row.Table);
        var references = (await LiveSchema.QueryAsync(connection, $"""
            SELECT k.conrelid, k.conname::text, {ColumnsOf("k.conkey", "k.conrelid")}, {Name("p")}, {ColumnsOf("k.confkey", "k.confrelid")},
              k.confdeltype::text, NOT k.convalidated
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid
            WHERE k.contype = 'f' AND k.conparentid = 0 AND {Ours} ORDER BY k.conname
            """, row => (Table: row.GetFieldValue<uint>(0), Key: ReadForeignKey(row)), cancellationToken)).ToLookup(row => row.Table, row => row.Key);
        var checks = (await LiveSchema.QueryAsync(connection, $"""
            SELECT k.conrelid, k.conname::text, pg_get_expr(k.conbin, k.conrelid), NOT k.convalidated
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE k.contype = 'c' AND {Ours} ORDER BY k.conname
            """, row => (Table: row.GetFieldValue<uint>(0), Check: new CheckConstraint(row.GetString(1), Unwrap(row.GetString(2)), row.GetBoolean(3))),
            cancellationToken)).ToLookup(row => row.Table, row => row.Check);

        return [.. tables.Select(table => new TableSchema
        {
            Name = table.Name,
            Kind = table.Kind switch { "v" or "m" => TableKind.View, "p" => TableKind.Partitioned, "f" => TableKind.Foreign, _ => TableKind.Table },
            HasInheritors = table.HasInheritors,
            Inherits = table.Inherits,
            Columns = [.. columns[table.Id]],
            Keys = [.. indexes[table.Id].Where(index => index.Key is not null).Select(index => index.Key!)],
            Indexes = [.. indexes[table.Id].Where(index => index.Index is not null).Select(index => index.Index!)],
            ForeignKeys = [.. references[table.Id]],
            Checks = [.. checks[table.Id]],
        })];
    }

    // The bare name in the connection's own schema, else schema.table: as a script would write it.
    private static string Name(string relation) =>
        $"(SELECT CASE WHEN n.nspname = current_schema() THEN {relation}.relname::text ELSE n.nspname || '.' || {relation}.relname END FROM pg_namespace n WHERE n.oid = {relation}.relnamespace)";

    private const string Ours = """
        c.relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname = 'information_schema' OR nspname LIKE 'pg\_%')
        AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
        """;

    private static string ColumnsOf(string numbers, string table) =>
        $"ARRAY(SELECT a.attname::text FROM unnest({numbers}) WITH ORDINALITY n(num, rank) JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = n.num ORDER BY n.rank)";

    private static ColumnSchema ReadColumn(DbDataReader row) => new()
    {
        Name = row.GetString(1),
        Type = row.GetString(2),
        NotNull = row.GetBoolean(3),
        Default = row.Text(4),
        Collation = row.Text(5),
        Generated = row.GetBoolean(6),
        Identity = row.GetBoolean(7),
    };

    private static ForeignKey ReadForeignKey(DbDataReader row) => new()
    {
        Name = row.GetString(1),
        Columns = row.GetFieldValue<string[]>(2),
        ParentTable = row.GetString(3),
        ParentColumns = row.GetFieldValue<string[]>(4),
        OnDelete = row.GetString(5) switch { "r" => "RESTRICT", "c" => "CASCADE", "n" => "SET NULL", "d" => "SET DEFAULT", _ => "NO ACTION" },
        NotValid = row.GetBoolean(6),
    };

    private static Task<List<(uint Table, UniqueKey? Key, IndexSchema? Index)>> ReadIndexesAsync(DbConnection connection, CancellationToken cancellationToken) =>
        // NULLS NOT DISTINCT came with version 15: asked through the row as JSON, older servers simply do not have it.
        LiveSchema.QueryAsync(connection, $"""
            SELECT i.indrelid, x.relname::text, i.indisunique, i.indisprimary, i.indisvalid, pg_get_expr(i.indpred, i.indrelid),
              k.oid IS NOT NULL, coalesce(k.condeferrable, FALSE), coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, FALSE),
              ARRAY(SELECT coalesce(a.attname::text, '') FROM generate_series(0, i.indnkeyatts - 1) n
                    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[n] AND i.indkey[n] > 0 ORDER BY n),
              ARRAY(SELECT pg_get_indexdef(i.indexrelid, n + 1, TRUE) FROM generate_series(0, i.indnkeyatts - 1) n ORDER BY n),
              ARRAY(SELECT coalesce((SELECT l.collname::text FROM pg_collation l JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[n]
                    WHERE l.oid = i.indcollation[n] AND l.oid <> a.attcollation), '') FROM generate_series(0, i.indnkeyatts - 1) n ORDER BY n)
            FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
            LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
            WHERE {Ours} ORDER BY i.indisprimary DESC, x.relname
            """, ReadIndex, cancellationToken);

    private static (uint Table, UniqueKey? Key, IndexSchema? Index) ReadIndex(DbDataReader row)
    {
        var columns = row.GetFieldValue<string[]>(9);
        var expressions = row.GetFieldValue<string[]>(10);
        var collations = row.GetFieldValue<string[]>(11);
        var parts = columns.Select((column, i) => new KeyPart(
            column.Length > 0 ? column : null, column.Length > 0 ? null : expressions[i], collations[i].Length > 0 ? collations[i] : null)).ToList();
        var (unique, predicate, ofConstraint) = (row.GetBoolean(2), row.Text(5) is { } text ? Unwrap(text) : null, row.GetBoolean(6));
        return (row.GetFieldValue<uint>(0),
            !unique ? null : new UniqueKey
            {
                Name = row.GetString(1),
                Parts = parts,
                Primary = row.GetBoolean(3),
                Predicate = predicate,
                Deferrable = row.GetBoolean(7),
                Invalid = !row.GetBoolean(4),
                NullsNotDistinct = row.GetBoolean(8),
            },
            ofConstraint ? null : new IndexSchema { Name = row.GetString(1), Parts = parts, Unique = unique, Predicate = predicate });
    }

    /// <summary><c>(a &gt; 0)</c> without the parentheses that PostgreSQL puts around the whole, and only those.</summary>
    private static string Unwrap(string expression)
    {
        if (expression is not ['(', .., ')'])
            return expression;
        var (depth, quoted) = (0, '\0');
        for (var i = 0; i < expression.Length - 1; i++)
        {
            if (quoted != '\0')
                quoted = expression[i] == quoted ? '\0' : quoted;
            else if (expression[i] is '\'' or '"')
                quoted = expression[i];
            else if ((depth += expression[i] switch { '(' => 1, ')' => -1, _ => 0 }) == 0)
                return expression;
        }
        return expression[1..^1];
    }
}

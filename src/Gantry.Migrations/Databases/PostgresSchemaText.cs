namespace Gantry.Migrations.Databases;

/// <summary>
/// All that a migration may make in PostgreSQL, as rows of text in a fixed order: two schemas are equal when these are. Names of constraints and
/// indexes count; numbers that the server gives (oid, column number) do not.
/// </summary>
internal static class PostgresSchemaText
{
    private const string Own = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%'";

    public const string Query = $"""
        SELECT kind, name, what FROM (
          SELECT 'schema' AS kind, n.nspname::text AS name, '' AS what FROM pg_namespace n WHERE {Own}
          UNION ALL
          SELECT 'relation ' || c.relkind::text, n.nspname || '.' || c.relname, concat_ws(' ', c.relpersistence, c.relrowsecurity, c.reloptions::text, pg_get_partkeydef(c.oid),
            CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
            CASE WHEN c.relkind IN ('i', 'I') THEN concat(pg_get_indexdef(c.oid), ' valid ', (SELECT i.indisvalid FROM pg_index i WHERE i.indexrelid = c.oid)) END)
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {Own} AND c.relname NOT LIKE 'gantry\_migration%'
          UNION ALL
          SELECT 'column', n.nspname || '.' || c.relname, concat_ws(' ', row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum), a.attname, format_type(a.atttypid, a.atttypmod),
            a.attnotnull, a.attidentity, a.attgenerated, a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid))
          FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
          WHERE {Own} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND c.relname NOT LIKE 'gantry\_migration%'
          UNION ALL
          SELECT 'constraint', concat(n.nspname, '.', coalesce(k.conrelid::regclass::text, k.contypid::regtype::text), '.', k.conname), concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated)
          FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE {Own} AND coalesce(k.conrelid::regclass::text, '') NOT LIKE '%gantry\_migration%' AND k.conname NOT LIKE 'gantry\_not\_null\_%'
          UNION ALL
          SELECT 'trigger', t.tgrelid::regclass::text || '.' || t.tgname, concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
          FROM pg_trigger t WHERE NOT t.tgisinternal
          UNION ALL
          SELECT 'function', p.oid::regprocedure::text, CASE WHEN p.prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid) ELSE '' END
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
          WHERE {Own} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
          UNION ALL
          SELECT 'type', t.oid::regtype::text, concat_ws(' ', t.typtype, (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
            CASE WHEN t.typbasetype <> 0 THEN format_type(t.typbasetype, t.typtypmod) END, t.typnotnull, t.typdefault)
          FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {Own} AND t.typtype IN ('e', 'd', 'r')
          UNION ALL
          SELECT 'sequence', n.nspname || '.' || c.relname, concat_ws(' ', format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle)
          FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {Own}
          UNION ALL
          SELECT 'policy', p.schemaname || '.' || p.tablename || '.' || p.policyname, concat_ws(' ', p.permissive, p.roles, p.cmd, p.qual, p.with_check) FROM pg_policies p
          UNION ALL
          SELECT 'extension', e.extname::text, e.extversion FROM pg_extension e
        ) everything ORDER BY kind COLLATE "C", name COLLATE "C", what COLLATE "C"
        """;
}
